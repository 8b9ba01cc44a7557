import type { KioskStatus, StatusReport } from '../../shared/protocol/kiosk-status.ts';

type Machine = NonNullable<KioskStatus['machine']>;
type Space = NonNullable<Machine['disk']>;

/** A temperature that moved by less tells nobody anything, in degrees Celsius. */
const TEMPERATURE_STEP_C = 2;
/** Memory and disk move by so much of the whole before it is told. */
const MEMORY_STEP = 0.05;
const DISK_STEP = 0.01;
/** The board's uptime is told by the hour: a restart shows at once, since it goes back. */
const UPTIME_STEP_S = 3_600;
const SKEW_STEP_MS = 100;
const LIST_AGE_STEP_MS = 600_000;
/** A round trip has to be so many times longer or shorter, and more than this apart. */
const ROUND_TRIP_FACTOR = 2;
const ROUND_TRIP_STEP_MS = 20;

/**
 * What is worth telling after `told`: values that only jitter are as they were told, so that noise sends
 * nothing. A value stays as told until it has moved by a whole step, whatever edge it trembles on. Pure.
 */
export function bucketed(now: KioskStatus, told: KioskStatus | undefined): KioskStatus {
  if (!told) {
    return now;
  }
  const { machine, clock, link, offline } = now;
  return {
    ...now,
    ...(machine ? { machine: bucketMachine(machine, told.machine ?? {}) } : {}),
    ...(clock ? { clock: { ...clock, ...steady(clock, told.clock, 'skewMs', SKEW_STEP_MS) } } : {}),
    ...(link ? { link: { ...link, ...steadyRoundTrip(link, told.link) } } : {}),
    ...(offline
      ? {
          offline: { ...offline, ...steady(offline, told.offline, 'listAgeMs', LIST_AGE_STEP_MS) },
        }
      : {}),
  };
}

/** The difference as a report: what changed, and what is gone as `null`. */
export function difference(now: KioskStatus, told: KioskStatus): StatusReport {
  const { peripherals, ...rest } = now;
  const { peripherals: toldPeripherals, ...toldRest } = told;
  const changedParts = changes(peripherals, toldPeripherals);
  return {
    partial: true,
    ...changes(rest, toldRest),
    ...(Object.keys(changedParts).length > 0 ? { peripherals: changedParts } : {}),
  } as StatusReport;
}

function changes(now: object, told: object): Record<string, unknown> {
  const before = new Map(Object.entries(told));
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

function bucketMachine(now: Machine, told: Machine): Machine {
  return {
    ...now,
    ...steady(now, told, 'cpuTemperatureC', TEMPERATURE_STEP_C),
    ...(now.memory ? { memory: bucketSpace(now.memory, told.memory, MEMORY_STEP) } : {}),
    ...(now.disk ? { disk: bucketSpace(now.disk, told.disk, DISK_STEP) } : {}),
    ...steadyUptime(now, told),
  };
}

function bucketSpace(now: Space, told: Space | undefined, step: number): Space {
  const isSame =
    told?.totalBytes === now.totalBytes &&
    Math.abs(now.availableBytes - told.availableBytes) < step * now.totalBytes;
  return isSame ? told : now;
}

/** The value as told, while it has not moved by a whole step. */
function steady<Part extends object, Key extends keyof Part>(
  now: Part,
  told: Part | undefined,
  key: Key,
  step: number,
): Partial<Part> {
  const value = now[key];
  const before = told?.[key];
  const isSame =
    typeof value === 'number' && typeof before === 'number' && Math.abs(value - before) < step;
  return isSame ? ({ [key]: before } as Partial<Part>) : {};
}

function steadyUptime(now: Machine, told: Machine): Partial<Machine> {
  const isSame =
    now.uptimeS !== undefined &&
    told.uptimeS !== undefined &&
    now.uptimeS >= told.uptimeS &&
    now.uptimeS - told.uptimeS < UPTIME_STEP_S;
  return isSame ? { uptimeS: told.uptimeS } : {};
}

function steadyRoundTrip(
  now: NonNullable<KioskStatus['link']>,
  told: KioskStatus['link'],
): { roundTripMs?: number } {
  const value = now.roundTripMs;
  const before = told?.roundTripMs;
  if (value === undefined || before === undefined) {
    return {};
  }
  const [less, more] = value < before ? [value, before] : [before, value];
  const isSame = more < less * ROUND_TRIP_FACTOR || more - less < ROUND_TRIP_STEP_MS;
  return isSame ? { roundTripMs: before } : {};
}
