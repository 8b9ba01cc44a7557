import type { Severity } from '../alerts/kinds.ts';
import type { Presence } from '../state/presence.ts';

/**
 * A gate and its kiosk in one line: plain data, the same in lists and answers of the server, in the
 * snapshot that the table's island fetches and in the live events. PURE.
 */
export interface KioskRow {
  /** The gate's. */
  id: string;
  /** The gate's name, such as "Ingresso principale". */
  name: string;
  siteId: string;
  siteName: string;
  policy: string;
  tags: readonly string[];
  presence: Presence;
  /** When the presence began, Unix ms; `null`: never seen. */
  since: number | null;
  lastSeenAt: number | null;
  /** Parts that do not work, such as `scanner`. */
  faults: readonly string[];
  /** Open alerts. */
  alerts: number;
  worst: Severity | null;
  /** What it runs is not what it is to run. */
  drift: boolean;
  software: string | null;
}

/** In the order of what somebody who looks after kiosks wants to see first. */
export const presences = [
  'offline',
  'degraded',
  'outOfService',
  'updating',
  'neverSeen',
  'online',
] as const satisfies readonly Presence[];

/** How many are how, for the head of a page. */
export interface FleetSummary {
  gates: number;
  /** Gates whose kiosk ever spoke. */
  kiosks: number;
  presence: Record<Presence, number>;
  alerts: number;
  drift: number;
}

/**
 * Counts rows; a session's summary is that of the rows it may see.
 *
 * @param alerts open ones that are about no gate, and so in no row.
 */
export function summarise(rows: Iterable<KioskRow>, alerts = 0): FleetSummary {
  const presence: FleetSummary['presence'] = {
    offline: 0,
    degraded: 0,
    outOfService: 0,
    updating: 0,
    neverSeen: 0,
    online: 0,
  };
  const summary: FleetSummary = { gates: 0, kiosks: 0, presence, alerts, drift: 0 };
  for (const row of rows) {
    summary.gates += 1;
    summary.kiosks += row.presence === 'neverSeen' ? 0 : 1;
    presence[row.presence] += 1;
    summary.alerts += row.alerts;
    summary.drift += row.drift ? 1 : 0;
  }
  return summary;
}
