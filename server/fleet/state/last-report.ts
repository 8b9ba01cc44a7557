import {
  type KioskStatus,
  mergeStatus,
  type StatusReport,
} from '../../../shared/protocol/kiosk-status.ts';
import type { ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import { type Presence, presenceOf } from './presence.ts';
import { sharedPart } from './shared-parts.ts';

/** All that one kiosk reported about itself, and when. Plain data: it is stored as JSON (`kiosk_state.body`). */
export interface LastReport {
  /** Its last message, by the server's clock. */
  at: number;
  intervalMs: number;
  status?: KioskStatus | undefined;
  statusAt?: number | undefined;
  software: string;
  /** When its program started, by its own clock. */
  startedAt: number;
  bootedAt: number;
  capabilities?: readonly string[] | undefined;
  config?: ReportedConfig | undefined;
  /** When the client certificate of its connection ends; absent: it showed none. */
  certificateEndsAt?: number | undefined;
  /** The runs of its program before this one. */
  runs?: Runs | undefined;
  /** When it was last disconnected because it sent more than a kiosk may. */
  floodedAt?: number | undefined;
  /** The policy that its boot was answered with. */
  policy: string;
  /** Those of its boots before, the newest first. */
  earlierPolicies?: readonly string[] | undefined;
  presence: Presence;
  /** When that presence began. */
  since: number;
}

/**
 * The earlier runs of a kiosk's program, by their start and the newest first. A program that ended never
 * comes back with its old start, while one whose link broke does come back with it: an earlier run that
 * returns is a second board that holds the same key, such as one with a copied SD card.
 */
export interface Runs {
  earlier: readonly number[];
  /** When an earlier one last returned, and when the one before that did. */
  returnedAt?: number | undefined;
  returnedBefore?: number | undefined;
}

/** Counts by outcome that a report adds to the one before. */
export type NewOutcomes = Record<Outcome, number>;
export const outcomes = ['granted', 'denied', 'unconfirmed', 'otpRequired', 'throttled'] as const;
export type Outcome = (typeof outcomes)[number];

/** One value for each outcome. */
export function byOutcome<Value>(value: (outcome: Outcome) => Value): Record<Outcome, Value> {
  return {
    granted: value('granted'),
    denied: value('denied'),
    unconfirmed: value('unconfirmed'),
    otpRequired: value('otpRequired'),
    throttled: value('throttled'),
  };
}

/** Policies of earlier boots that are remembered. */
const POLICIES_MAX = 16;

/** Every policy that this kiosk's boots were answered with, the newest first. */
export function policiesOf({ policy, earlierPolicies: earlier = [] }: LastReport): string[] {
  return [policy, ...earlier];
}

function earlierPolicies(before: LastReport, policy: string): readonly string[] | undefined {
  const earlier = policiesOf(before).filter((one) => one !== policy);
  return earlier.length > 0 ? sharedPart(earlier.slice(0, POLICIES_MAX)) : undefined;
}

/** Earlier runs that are remembered. */
const RUNS_MAX = 8;
/**
 * Two returns within this time are two boards: they displace each other every half minute. One alone may be
 * a board without a clock of its own that happened to start at the very millisecond of an earlier start.
 */
const RETURNS_WITHIN_MS = 1_800_000;

/** Another run than the last one booted. */
function runsAt(startedAt: number, before: LastReport, now: number): Runs {
  const { earlier, returnedAt, returnedBefore } = before.runs ?? { earlier: [] };
  const next = [before.startedAt, ...earlier].filter((run) => run !== startedAt);
  const isBack = earlier.includes(startedAt);
  return {
    earlier: next.slice(0, RUNS_MAX),
    returnedAt: isBack ? now : returnedAt,
    returnedBefore: isBack ? returnedAt : returnedBefore,
  };
}

/** When it last was certain that two boards hold this kiosk's key; undefined: it never was. */
export function twoBoardsAt({ runs }: LastReport): number | undefined {
  const { returnedAt, returnedBefore } = runs ?? {};
  return returnedAt !== undefined &&
    returnedBefore !== undefined &&
    returnedAt - returnedBefore <= RETURNS_WITHIN_MS
    ? returnedAt
    : undefined;
}

/** A kiosk booted: what an earlier run reported about its peripherals says nothing about this one. */
export function afterBoot(
  before: LastReport | undefined,
  boot: {
    software: string;
    startedAt: number;
    config?: ReportedConfig | undefined;
    capabilities?: readonly string[] | undefined;
  },
  context: {
    now: number;
    intervalMs: number;
    policy: string;
    certificateEndsAt?: number | undefined;
  },
): LastReport {
  const sameRun = before?.startedAt === boot.startedAt;
  const report: LastReport = {
    at: context.now,
    intervalMs: context.intervalMs,
    software: boot.software,
    startedAt: boot.startedAt,
    bootedAt: context.now,
    policy: context.policy,
    presence: before?.presence ?? 'neverSeen',
    since: before?.since ?? context.now,
    status: sameRun ? before.status : undefined,
    statusAt: sameRun ? before.statusAt : undefined,
    certificateEndsAt: context.certificateEndsAt,
    capabilities: boot.capabilities && sharedPart(boot.capabilities),
    config: boot.config,
    earlierPolicies: before && earlierPolicies(before, context.policy),
    runs: before && !sameRun ? runsAt(boot.startedAt, before, context.now) : before?.runs,
    floodedAt: before?.floodedAt,
  };
  return withPresence(report, context.now);
}

/** A kiosk reported. `outcomes`: what it counted since its previous report; undefined: nothing. */
export function afterReport(
  before: LastReport,
  report: StatusReport,
  now: number,
): { lastReport: LastReport; outcomes: NewOutcomes | undefined } {
  const status = withSharedParts(mergeStatus(before.status, report), before.status, report);
  const lastReport = {
    ...before,
    at: now,
    status,
    statusAt: now,
    config: report.config ?? before.config,
    software: report.software ?? before.software,
  };
  return {
    lastReport: withPresence(lastReport, now),
    outcomes: countedSince(before.status, status),
  };
}

/** What a report leaves out stays the very same object, and what most kiosks report alike is one object for all. */
function withSharedParts(
  status: KioskStatus,
  before: KioskStatus | undefined,
  report: StatusReport,
): KioskStatus {
  const { peripherals } = status;
  return {
    ...status,
    peripherals: report.peripherals
      ? sharedPart(peripherals)
      : ((report.partial ? before?.peripherals : undefined) ?? peripherals),
  };
}

/** The presence at a moment; one that changed began now, or with the last message before silence. */
export function withPresence(report: LastReport, now: number): LastReport {
  const presence = presenceOf(report, now);
  if (presence === report.presence) {
    return report;
  }
  return { ...report, presence, since: presence === 'offline' ? report.at : now };
}

/** Verifications that one report may add: some weeks of a busy gate. The wire admits any number. */
const COUNTED_MAX = 1_000_000;

/**
 * What was counted since the report before. A new run's boot forgets the earlier counts; within a run they only grow,
 * and a kiosk that reports fewer has counted nothing.
 */
function countedSince(
  before: KioskStatus | undefined,
  after: KioskStatus,
): NewOutcomes | undefined {
  const now = after.verifications;
  if (!now) {
    return undefined;
  }
  const was = before?.verifications;
  const added = byOutcome((outcome) =>
    Math.min(COUNTED_MAX, Math.max(0, now[outcome] - (was?.[outcome] ?? 0))),
  );
  return outcomes.some((outcome) => added[outcome] > 0) ? added : undefined;
}
