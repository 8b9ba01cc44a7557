import { z } from 'zod';
import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import type { RefusedCount } from '../../offline-list/fact-quarantine.ts';
import { type LastReport, twoBoardsAt } from '../state/last-report.ts';
import { faultsOf, isStale } from '../state/presence.ts';
import type { RosterGate } from '../state/roster.ts';
import { shownCount } from '../state/telemetry.ts';
import { type Patience, type Reading, readNumber } from './hysteresis.ts';
import { type AlertKind, untrustworthy } from './kinds.ts';

const minutes = (least: number, most: number) => z.number().min(least).max(most);

/** From when on something is an alert. Each value clears at a gentler one: see {@link gateReadings}. */
export const thresholdsSchema = z.strictObject({
  offlineMinutes: minutes(0, 1_440).default(5),
  peripheralMinutes: minutes(0, 1_440).default(0.5),
  listAgeHours: z
    .number()
    .min(0.1)
    .max(24 * 31)
    .default(20),
  clockSkewS: z.number().min(1).max(86_400).default(60),
  temperatureC: z.number().min(30).max(120).default(80),
  diskFreePercent: z.number().min(1).max(90).default(10),
  waitingFacts: z.number().int().min(1).max(100_000).default(100),
  /** Messages to people that wait, and that nobody took. */
  messagesWaiting: z.number().int().min(1).max(1_000_000).default(200),
  messagesDead: z.number().int().min(1).max(1_000_000).default(10),
  expiryDays: z.number().min(1).max(365).default(21),
  /** So many refusals in an hour, whatever the habit is. */
  refusalsMin: z.number().int().min(1).max(10_000).default(20),
  /** So many times the gate's habit. */
  refusalsFactor: z.number().min(1.5).max(100).default(4),
  /** Tries that had to wait for too many wrong ones before, in an hour. */
  throttledMin: z.number().int().min(1).max(10_000).default(3),
});
export type Thresholds = z.infer<typeof thresholdsSchema>;

/** A condition as it was observed, with the detail that an operator sees. */
export interface Finding {
  kind: AlertKind;
  reading: Reading;
  detail: Record<string, string | number | readonly string[]>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How long each kind is watched before it is raised, and before it is over. */
export function patienceOf(kind: AlertKind, limits: Thresholds): Patience {
  switch (kind) {
    case 'offline':
      return { raiseAfterMs: limits.offlineMinutes * MINUTE_MS, clearAfterMs: 30_000 };
    case 'siteOutage':
      return { raiseAfterMs: 0, clearAfterMs: MINUTE_MS };
    case 'peripheral':
      return { raiseAfterMs: limits.peripheralMinutes * MINUTE_MS, clearAfterMs: MINUTE_MS };
    case 'underVoltage':
      return { raiseAfterMs: 0, clearAfterMs: 15 * MINUTE_MS };
    case 'temperature':
    case 'outboxGrowing':
    case 'messagesStuck':
      return { raiseAfterMs: 5 * MINUTE_MS, clearAfterMs: 5 * MINUTE_MS };
    case 'clockSkew':
    case 'disk':
    case 'listTooOld':
      return { raiseAfterMs: MINUTE_MS, clearAfterMs: 2 * MINUTE_MS };
    case 'configFailed':
    case 'expiry':
      return { raiseAfterMs: 0, clearAfterMs: 0 };
    case 'refusals':
    case 'guessing':
      return { raiseAfterMs: 0, clearAfterMs: 30 * MINUTE_MS };
    case 'flood':
    case 'twoBoards':
    case 'factsRefused':
    case 'setAside':
      // How long they last is in the reading itself.
      return { raiseAfterMs: 0, clearAfterMs: 0 };
    case 'proxyUnnamed':
      return { raiseAfterMs: MINUTE_MS, clearAfterMs: 30 * MINUTE_MS };
  }
}

/** What one gate's kiosk reported, compared with the limits. Pure. @param habit of refusals in an hour. */
export function gateReadings(
  entry: RosterGate,
  limits: Thresholds,
  hour: { denied: number; throttled: number; habit: number } | undefined,
  now: number,
): Finding[] {
  const { lastReport, kiosk } = entry;
  if (!kiosk) {
    return trusted;
  }
  if (!lastReport) {
    return [];
  }
  const isOffline = lastReport.presence === 'offline';
  const offline: Finding = {
    kind: 'offline',
    reading: isOffline ? 'bad' : 'good',
    detail: { lastSeenAt: lastReport.at },
  };
  const isOld = isStale(lastReport, now);
  const status = isOld ? undefined : lastReport.status;
  const { status: configStatus, failed, version } = lastReport.config ?? {};
  const hasFailed = configStatus === 'fellBack' || configStatus === 'refused';
  const config: Finding = {
    kind: 'configFailed',
    reading: hasFailed && failed === entry.desired && version !== entry.desired ? 'bad' : 'good',
    detail:
      failed === undefined
        ? { status: configStatus ?? 'none' }
        : { version: failed, status: configStatus ?? 'none' },
  };
  const { certificateEndsAt: endsAt } = lastReport;
  const expiry: Finding = {
    kind: 'expiry',
    reading: endsAt !== undefined && endsAt < now + limits.expiryDays * DAY_MS ? 'bad' : 'good',
    detail: endsAt === undefined ? {} : { names: ['certificate of the kiosk'], at: endsAt },
  };
  const own = [offline, config, expiry, ...trustReadings(lastReport, now)];
  return [...own, ...knownReadings(status, limits), ...hourReadings(hour, limits)];
}

/** A flood is an alert for a while, and two boards for a day: one of them may be off for hours. */
const FLOOD_SHOWN_MS = 30 * MINUTE_MS;
const TWO_BOARDS_SHOWN_MS = DAY_MS;

/** Whether the kiosk may be in the wrong hands. */
function trustReadings(lastReport: LastReport, now: number): Finding[] {
  const { floodedAt = Number.NEGATIVE_INFINITY } = lastReport;
  const twoAt = twoBoardsAt(lastReport) ?? Number.NEGATIVE_INFINITY;
  return [
    { kind: 'flood', reading: now - floodedAt < FLOOD_SHOWN_MS ? 'bad' : 'good', detail: {} },
    { kind: 'twoBoards', reading: now - twoAt < TWO_BOARDS_SHOWN_MS ? 'bad' : 'good', detail: {} },
  ];
}

/** Of a gate whose kiosk has no key any more: whatever it did, it can do no longer. */
const trusted: Finding[] = untrustworthy.map((kind) => ({ kind, reading: 'good', detail: {} }));

/** Facts that no kiosk can truly have decided. */
export function refusedReading(refused: RefusedCount | undefined): Finding {
  return {
    kind: 'factsRefused',
    reading: refused ? 'bad' : 'good',
    detail: refused ? { value: refused.count } : {},
  };
}

/** A status is checked many times before the next one comes: its findings are worked out once. */
const known = new WeakMap<Thresholds, WeakMap<KioskStatus, Finding[]>>();

function knownReadings(status: KioskStatus | undefined, limits: Thresholds): Finding[] {
  if (!status) {
    return statusReadings(undefined, limits);
  }
  const ofLimits = known.get(limits) ?? new WeakMap<KioskStatus, Finding[]>();
  known.set(limits, ofLimits);
  const findings = ofLimits.get(status) ?? statusReadings(status, limits);
  ofLimits.set(status, findings);
  return findings;
}

function statusReadings(status: KioskStatus | undefined, limits: Thresholds): Finding[] {
  const faults = faultsOf(status);
  const { machine, offline, clock } = status ?? {};
  const skewS = clock?.skewMs === undefined ? undefined : Math.abs(clock.skewMs) / 1000;
  const free =
    machine?.disk && machine.disk.totalBytes > 0
      ? (100 * machine.disk.availableBytes) / machine.disk.totalBytes
      : undefined;
  const ageHours = offline?.listAgeMs === undefined ? undefined : offline.listAgeMs / 3_600_000;
  const temperature = machine?.cpuTemperatureC;
  const power = machine?.power?.now.includes('underVoltage');
  const waiting = offline?.factsWaiting;
  const number = (value: number | undefined) =>
    value === undefined ? {} : { value: round(value) };
  const { diskFreePercent: disk, temperatureC: heat, clockSkewS: skew } = limits;
  return [
    {
      kind: 'peripheral',
      reading: status ? (faults.length > 0 ? 'bad' : 'good') : 'unknown',
      detail: { parts: faults },
    },
    {
      kind: 'listTooOld',
      reading:
        offline?.list === 'tooOld'
          ? 'bad'
          : readNumber(ageHours, { raise: limits.listAgeHours, clear: limits.listAgeHours / 2 }),
      detail: number(ageHours),
    },
    {
      kind: 'clockSkew',
      reading: readNumber(skewS, { raise: skew, clear: skew / 2 }),
      detail: number(skewS),
    },
    {
      kind: 'temperature',
      reading: readNumber(temperature, { raise: heat, clear: heat - 8 }),
      detail: number(temperature),
    },
    {
      kind: 'disk',
      reading: readNumber(free, { raise: disk, clear: disk * 1.5 }),
      detail: number(free),
    },
    {
      kind: 'underVoltage',
      reading: power === undefined ? 'unknown' : power ? 'bad' : 'good',
      detail: {},
    },
    {
      kind: 'outboxGrowing',
      reading: readNumber(waiting, { raise: limits.waitingFacts, clear: limits.waitingFacts / 4 }),
      detail: number(waiting),
    },
  ];
}

function hourReadings(
  hour: { denied: number; throttled: number; habit: number } | undefined,
  { refusalsMin, refusalsFactor, throttledMin }: Thresholds,
): Finding[] {
  if (!hour) {
    return [];
  }
  const raise = Math.max(refusalsMin, hour.habit * refusalsFactor);
  return [
    {
      kind: 'refusals',
      reading: readNumber(hour.denied, { raise, clear: raise / 2 }),
      detail: { value: shownCount(hour.denied), habit: shownCount(round(hour.habit)) },
    },
    {
      kind: 'guessing',
      reading: readNumber(hour.throttled, { raise: throttledMin, clear: 0 }),
      // Raised by fewer than may be shown: a small count could tell of one person.
      detail: { value: shownCount(hour.throttled) },
    },
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
