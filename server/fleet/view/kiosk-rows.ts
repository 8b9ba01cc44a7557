import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import type { Severity } from '../alerts/kinds.ts';
import type { LastReport } from '../state/last-report.ts';
import { faultsOf, isStale } from '../state/presence.ts';
import type { Roster, RosterGate } from '../state/roster.ts';
import { type Drift, driftsOf } from './drift.ts';
import { type GateFilter, gateMatcher } from './gate-filter.ts';
import type { KioskRow } from './kiosk-row.ts';

/** The open alerts of a gate. */
export type AlertCount = (gate: string) => { count: number; worst: Severity | null };

/** Everything that is known about a gate and its kiosk now. */
export interface GateDetails {
  row: KioskRow;
  gate: RosterGate['gate'];
  kiosk: RosterGate['kiosk'];
  /** The last report, old as it may be: see {@link GateDetails.stale}. The API's name for it. */
  told: ReportWithoutCounts | undefined;
  stale: boolean;
  /** The node that its kiosk is connected to. */
  node: string | undefined;
  connectedAt: number | undefined;
  desired: number;
  drifts: Drift[];
}

/** The roster as rows, for pages, the API and filters. None of it is filtered by permission. */
export class KioskRows {
  readonly #roster: Roster;
  readonly #alerts: AlertCount;

  constructor(deps: { roster: Roster; alerts: AlertCount }) {
    this.#roster = deps.roster;
    this.#alerts = deps.alerts;
  }

  /** Rows for these ids (all if omitted); an id without a gate has none. */
  rows(ids?: readonly string[]): KioskRow[] {
    const entries = ids ? ids.flatMap((id) => this.#roster.get(id) ?? []) : this.#roster.gates();
    return [...entries].map((entry) => this.#toRow(entry));
  }

  /** The gates that a filter means. */
  matching(filter: GateFilter): RosterGate[] {
    const isMeant = gateMatcher(filter);
    return [...this.#roster.gates()].filter((entry) => isMeant(this.#toRow(entry)));
  }

  details(entry: RosterGate, now: number): GateDetails {
    return {
      row: this.#toRow(entry),
      gate: entry.gate,
      kiosk: entry.kiosk,
      told: entry.lastReport && withoutCounts(entry.lastReport),
      stale: isStale(entry.lastReport, now),
      node: entry.node,
      connectedAt: entry.node === undefined ? undefined : entry.connectedAt,
      desired: entry.desired,
      drifts: driftsOf(entry),
    };
  }

  #toRow(entry: RosterGate): KioskRow {
    const { gate, lastReport } = entry;
    const { count, worst } = this.#alerts(gate.id);
    return {
      id: gate.id,
      name: gate.title,
      siteId: gate.site,
      siteName: this.#roster.site(gate.site)?.title ?? gate.site,
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
}

/**
 * A report without its counts of verifications: they may be small, or be compared minute by minute, and so
 * are not shown.
 */
type ReportWithoutCounts = Omit<LastReport, 'status'> & {
  status?: Omit<KioskStatus, 'verifications'> | undefined;
};

function withoutCounts({ status, ...report }: LastReport): ReportWithoutCounts {
  if (!status) {
    return report;
  }
  const { verifications: _, ...shown } = status;
  return { ...report, status: shown };
}
