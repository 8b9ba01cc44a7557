import type { Severity } from './alerts/kinds.ts';
import { type Drift, driftOf } from './config-versions.ts';
import { faultsOf, isStale, type Presence } from './presence.ts';
import type { Roster, RosterGate } from './roster.ts';
import { heardOf, type Told } from './told.ts';

/** A gate and its kiosk in one line: what tables, lists and their filters need. */
export interface FleetRow {
  /** The gate's. */
  id: string;
  /** The gate's title. */
  name: string;
  siteId: string;
  siteName: string;
  policy: string;
  tags: readonly string[];
  presence: Presence;
  /** When the presence began, Unix ms; null: never seen. */
  since: number | null;
  lastSeenAt: number | null;
  /** Parts that do not work, such as `scanner`. */
  faults: readonly string[];
  /** Open alerts. */
  alerts: number;
  worst: Severity | null;
  drift: boolean;
  software: string | null;
}

/** How many are how, for the head of a page. */
export interface FleetSummary {
  gates: number;
  kiosks: number;
  presence: Record<Presence, number>;
  alerts: number;
  drift: number;
}

/** What is open about a gate, told by the alerts. */
export type AlertCount = (gate: string) => { count: number; worst: Severity | null };

export function toFleetRow(entry: RosterGate, roster: Roster, alerts: AlertCount): FleetRow {
  const { gate, told } = entry;
  const { count, worst } = alerts(gate.id);
  return {
    id: gate.id,
    name: gate.title,
    siteId: gate.site,
    siteName: roster.site(gate.site)?.title ?? gate.site,
    policy: gate.policy,
    tags: gate.tags,
    presence: told?.presence ?? 'neverSeen',
    since: told?.since ?? null,
    lastSeenAt: told?.at ?? null,
    faults: faultsOf(told?.status),
    alerts: count,
    worst,
    drift: driftsOf(entry).length > 0,
    software: told?.software ?? null,
  };
}

export function driftsOf({ gate, told, desired, kiosk }: RosterGate): Drift[] {
  return kiosk ? driftOf({ version: desired, policy: gate.policy }, told) : [];
}

/** Everything that is known of a gate and its kiosk now. */
export interface GateDetails {
  row: FleetRow;
  gate: RosterGate['gate'];
  kiosk: RosterGate['kiosk'];
  /** All that the kiosk told; what of it is old is {@link GateDetails.stale}. */
  told: RosterGate['told'];
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
    row: toFleetRow(entry, roster, alerts),
    gate: entry.gate,
    kiosk: entry.kiosk,
    told: entry.told && withoutCounts(entry.told),
    stale: isStale(entry.told && heardOf(entry.told), now),
    node: entry.node,
    connectedAt: entry.node === undefined ? undefined : entry.connectedAt,
    desired: entry.desired,
    drifts: driftsOf(entry),
  };
}

/** Counts since a program's start can be small, or told apart minute by minute: they are not shown. */
function withoutCounts(told: Told): Told {
  const { verifications: _, ...status } = told.status ?? {};
  return told.status ? { ...told, status: status as NonNullable<Told['status']> } : told;
}

export function summarise(rows: Iterable<FleetRow>): FleetSummary {
  const presence: FleetSummary['presence'] = {
    online: 0,
    degraded: 0,
    outOfService: 0,
    updating: 0,
    offline: 0,
    neverSeen: 0,
  };
  const summary: FleetSummary = { gates: 0, kiosks: 0, presence, alerts: 0, drift: 0 };
  for (const row of rows) {
    summary.gates += 1;
    summary.kiosks += row.presence === 'neverSeen' ? 0 : 1;
    presence[row.presence] += 1;
    summary.alerts += row.alerts;
    summary.drift += row.drift ? 1 : 0;
  }
  return summary;
}
