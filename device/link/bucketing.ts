import type { KioskStatus, StatusReport } from '../../shared/protocol/kiosk-status.ts';

type Machine = NonNullable<KioskStatus['machine']>;
type Space = NonNullable<Machine['disk']>;

/** A temperature that moved by less is noise, in degrees Celsius. */
const TEMPERATURE_STEP_C = 2;
/** Memory and disk move by so much of the whole before it is reported. */
const MEMORY_STEP = 0.05;
const DISK_STEP = 0.01;
/** The board's uptime is reported by the hour: a restart shows at once, since it goes back. */
const UPTIME_STEP_S = 3_600;
const SKEW_STEP_MS = 100;
const LIST_AGE_STEP_MS = 600_000;
/** A round trip has to be so many times longer or shorter, and more than this apart. */
const ROUND_TRIP_FACTOR = 2;
const ROUND_TRIP_STEP_MS = 20;

/**
 * What is worth reporting after `known`: values that only jitter stay as the server knows them, so that
 * noise sends nothing. A value stays until it has moved by a whole step, whatever edge it trembles on. Pure.
 */
export function bucketed(now: KioskStatus, known: KioskStatus | undefined): KioskStatus {
  if (!known) {
    return now;
  }
  const { machine, clock, link, offline } = now;
  return {
    ...now,
    machine: machine && bucketMachine(machine, known.machine ?? {}),
    clock: clock && { ...clock, ...steady(clock, known.clock, 'skewMs', SKEW_STEP_MS) },
    link: link && { ...link, ...steadyRoundTrip(link, known.link) },
    offline: offline && {
      ...offline,
      ...steady(offline, known.offline, 'listAgeMs', LIST_AGE_STEP_MS),
    },
  };
}

/** The difference as a report: what changed, and what is gone as `null`. */
export function difference(now: KioskStatus, known: KioskStatus): StatusReport {
  const { peripherals, ...rest } = now;
  const { peripherals: knownPeripherals, ...knownRest } = known;
  const changedParts = changes(peripherals, knownPeripherals);
  return {
    partial: true,
    ...changes(rest, knownRest),
    ...(Object.keys(changedParts).length > 0 ? { peripherals: changedParts } : {}),
  } as StatusReport;
}

function changes(now: object, known: object): Record<string, unknown> {
  const before = new Map(Object.entries(known));
  const after = new Map(Object.entries(now));
  const changed: Record<string, unknown> = {};
  for (const [part, value] of after) {
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(before.get(part))) {
      changed[part] = value;
    }
  }
  for (const part of before.keys()) {
    if (after.get(part) === undefined) {
      changed[part] = null;
    }
  }
  return changed;
}

function bucketMachine(now: Machine, known: Machine): Machine {
  return {
    ...now,
    ...steady(now, known, 'cpuTemperatureC', TEMPERATURE_STEP_C),
    memory: now.memory && bucketSpace(now.memory, known.memory, MEMORY_STEP),
    disk: now.disk && bucketSpace(now.disk, known.disk, DISK_STEP),
    ...steadyUptime(now, known),
  };
}

function bucketSpace(now: Space, known: Space | undefined, step: number): Space {
  const isSame =
    known?.totalBytes === now.totalBytes &&
    Math.abs(now.availableBytes - known.availableBytes) < step * now.totalBytes;
  return isSame ? known : now;
}

/** The value as the server knows it, while it has not moved by a whole step. */
function steady<Part extends object, Key extends keyof Part>(
  now: Part,
  known: Part | undefined,
  key: Key,
  step: number,
): Partial<Part> {
  const value = now[key];
  const before = known?.[key];
  const isSame =
    typeof value === 'number' && typeof before === 'number' && Math.abs(value - before) < step;
  return isSame ? ({ [key]: before } as Partial<Part>) : {};
}

function steadyUptime(now: Machine, known: Machine): Partial<Machine> {
  const isSame =
    now.uptimeS !== undefined &&
    known.uptimeS !== undefined &&
    now.uptimeS >= known.uptimeS &&
    now.uptimeS - known.uptimeS < UPTIME_STEP_S;
  return isSame ? { uptimeS: known.uptimeS } : {};
}

function steadyRoundTrip(
  now: NonNullable<KioskStatus['link']>,
  known: KioskStatus['link'],
): { roundTripMs?: number } {
  const value = now.roundTripMs;
  const before = known?.roundTripMs;
  if (value === undefined || before === undefined) {
    return {};
  }
  const [less, more] = value < before ? [value, before] : [before, value];
  const isSame = more < less * ROUND_TRIP_FACTOR || more - less < ROUND_TRIP_STEP_MS;
  return isSame ? { roundTripMs: before } : {};
}
