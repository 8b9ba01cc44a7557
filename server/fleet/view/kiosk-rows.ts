import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import type { Severity } from '../alerts/kinds.ts';
import { type Drift, driftOf } from '../config/config-versions.ts';
import { heardOf, type LastReport } from '../state/last-report.ts';
import { faultsOf, isStale } from '../state/presence.ts';
import type { Roster, RosterGate } from '../state/roster.ts';
import type { KioskRow } from './kiosk-row.ts';

/** What is open about a gate, told by the alerts. */
export type AlertCount = (gate: string) => { count: number; worst: Severity | null };

export function toKioskRow(entry: RosterGate, roster: Roster, alerts: AlertCount): KioskRow {
  const { gate, lastReport } = entry;
  const { count, worst } = alerts(gate.id);
  return {
    id: gate.id,
    name: gate.title,
    siteId: gate.site,
    siteName: roster.site(gate.site)?.title ?? gate.site,
    policy: gate.policy,
    tags: gate.tags,
    presence: lastReport?.presence ?? 'neverSeen',
    since: lastReport?.since ?? null,
    lastSeenAt: lastReport?.at ?? null,
    faults: faultsOf(lastReport?.status),
    alerts: count,
    worst,
    drift: driftsOf(entry).length > 0,
    software: lastReport?.software ?? null,
  };
}

export function driftsOf({ gate, lastReport, desired, kiosk }: RosterGate): Drift[] {
  return kiosk ? driftOf({ version: desired, policy: gate.policy }, lastReport) : [];
}

/** Everything that is known of a gate and its kiosk now. */
export interface GateDetails {
  row: KioskRow;
  gate: RosterGate['gate'];
  kiosk: RosterGate['kiosk'];
  /** All that the kiosk told; what of it is old is {@link GateDetails.stale}. */
  told: ReportWithoutCounts | undefined;
  stale: boolean;
  /** The node that its link goes to. */
  node: string | undefined;
  connectedAt: number | undefined;
  desired: number;
  drifts: Drift[];
}

export function toDetails(
  entry: RosterGate,
  roster: Roster,
  alerts: AlertCount,
  now: number,
): GateDetails {
  return {
    row: toKioskRow(entry, roster, alerts),
    gate: entry.gate,
    kiosk: entry.kiosk,
    told: entry.lastReport && withoutCounts(entry.lastReport),
    stale: isStale(entry.lastReport && heardOf(entry.lastReport), now),
    node: entry.node,
    connectedAt: entry.node === undefined ? undefined : entry.connectedAt,
    desired: entry.desired,
    drifts: driftsOf(entry),
  };
}

/**
 * A report without its counts of verifications: they can be small, or be told apart minute by minute, and so
 * are not shown.
 */
type ReportWithoutCounts = Omit<LastReport, 'status'> & {
  status?: Omit<KioskStatus, 'verifications'>;
};

function withoutCounts({ status, ...report }: LastReport): ReportWithoutCounts {
  if (!status) {
    return report;
  }
  const { verifications: _, ...shown } = status;
  return { ...report, status: shown };
}
