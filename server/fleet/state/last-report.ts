import {
  type KioskStatus,
  mergeStatus,
  type StatusReport,
} from '../../../shared/protocol/kiosk-status.ts';
import type { ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import { type Heard, type Presence, presenceOf } from './presence.ts';
import { sharedPart } from './shared-parts.ts';

/** All that one kiosk told of itself, and when. Plain data: it is kept as JSON (`kiosk_state.body`). */
export interface LastReport {
  /** Its last message, by the server's clock. */
  at: number;
  intervalMs: number;
  status?: KioskStatus;
  statusAt?: number;
  software: string;
  /** When its program started, by its own clock. */
  startedAt: number;
  bootedAt: number;
  capabilities?: readonly string[];
  config?: ReportedConfig;
  /** When the client certificate of its connection ends; absent: it showed none. */
  certificateEndsAt?: number;
  /** The policy that its connection was given. */
  policy: string;
  presence: Presence;
  /** When that presence began. */
  since: number;
}

/** Counts by outcome that are new in a report. */
export type NewOutcomes = Record<Outcome, number>;
export const outcomes = ['granted', 'denied', 'unconfirmed', 'otpRequired', 'throttled'] as const;
export type Outcome = (typeof outcomes)[number];

/** A kiosk booted: what its run before told of its parts is not known of this one. */
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
  const told: LastReport = {
    at: context.now,
    intervalMs: context.intervalMs,
    software: boot.software,
    startedAt: boot.startedAt,
    bootedAt: context.now,
    policy: context.policy,
    presence: before?.presence ?? 'neverSeen',
    since: before?.since ?? context.now,
    ...(sameRun && before.status ? { status: before.status } : {}),
    ...(sameRun && before.statusAt !== undefined ? { statusAt: before.statusAt } : {}),
    ...(context.certificateEndsAt === undefined
      ? {}
      : { certificateEndsAt: context.certificateEndsAt }),
    ...(boot.capabilities ? { capabilities: sharedPart(boot.capabilities) } : {}),
    ...(boot.config ? { config: boot.config } : {}),
  };
  return withPresence(told, context.now);
}

/** A kiosk reported. `outcomes` is what it counted since its report before; undefined: nothing new. */
export function afterReport(
  before: LastReport,
  report: StatusReport,
  now: number,
): { told: LastReport; outcomes: NewOutcomes | undefined } {
  const status = withSharedParts(mergeStatus(before.status, report), before.status, report);
  const { config, software } = status;
  const told = {
    ...before,
    at: now,
    status,
    statusAt: now,
    ...(config ? { config } : {}),
    ...(software === undefined ? {} : { software }),
  };
  return { told: withPresence(told, now), outcomes: counted(before.status, status) };
}

/** What a report doesn't tell of stays the very same object, and what most kiosks tell is one for all. */
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
export function withPresence(told: LastReport, now: number): LastReport {
  const presence = presenceOf(heardOf(told), now);
  if (presence === told.presence) {
    return told;
  }
  return { ...told, presence, since: presence === 'offline' ? told.at : now };
}

export function heardOf(told: LastReport): Heard {
  return { at: told.at, intervalMs: told.intervalMs, status: told.status };
}

/** Cumulative counts of one run only grow; smaller ones are of a new run and count from nothing. */
function counted(before: KioskStatus | undefined, after: KioskStatus): NewOutcomes | undefined {
  const now = after.verifications;
  if (!now) {
    return undefined;
  }
  const was = before?.verifications;
  const isNewRun = was !== undefined && outcomes.some((outcome) => now[outcome] < was[outcome]);
  const fresh = {} as NewOutcomes;
  let any = false;
  for (const outcome of outcomes) {
    fresh[outcome] = now[outcome] - (isNewRun ? 0 : (was?.[outcome] ?? 0));
    any ||= fresh[outcome] > 0;
  }
  return any ? fresh : undefined;
}
