/**
 * What the dashboard shows of a kiosk in one line: plain data, the same in the server's page, in the
 * snapshot that the table's island fetches and in the live events.
 */

/** From the device's last real message and nothing else. */
export const presences = [
  'offline',
  'degraded',
  'outOfService',
  'updating',
  'neverSeen',
  'online',
] as const;
/** In the order of what somebody who looks after kiosks wants to see first. */
export type Presence = (typeof presences)[number];

export type Severity = 'critical' | 'warning';

export interface KioskRow {
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
  /** Parts that are not ready, such as `scanner`. */
  faults: readonly string[];
  alerts: number;
  worst: Severity | null;
  /** Reported config is not the desired one. */
  drift: boolean;
  software: string | null;
}

/** How many kiosks are in each presence, and what else stands at the head of the page. */
export interface Summary {
  total: number;
  presence: Record<Presence, number>;
  alerts: number;
  drift: number;
}

/** Counts rows; a session's summary is that of the rows it may see. */
export function summarise(rows: Iterable<KioskRow>): Summary {
  const presence = Object.fromEntries(presences.map((name) => [name, 0])) as Summary['presence'];
  const summary: Summary = { total: 0, presence, alerts: 0, drift: 0 };
  for (const row of rows) {
    summary.total += 1;
    presence[row.presence] += 1;
    summary.alerts += row.alerts;
    summary.drift += row.drift ? 1 : 0;
  }
  return summary;
}
