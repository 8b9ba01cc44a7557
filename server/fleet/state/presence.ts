import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';

/**
 * How a kiosk is, from the device's last real message and nothing else: an open socket, a desired
 * state or a command that was sent prove nothing.
 */
export type Presence =
  | 'online'
  | 'degraded'
  | 'outOfService'
  | 'updating'
  | 'offline'
  | 'neverSeen';

/** A kiosk's last message, as far as its presence depends on it. */
export interface LastContact {
  /** When it came, by the server's clock, Unix ms. */
  at: number;
  /** How often the kiosk reports, in milliseconds. */
  intervalMs: number;
  /** Its reports, put together; absent: it booted and has not reported yet. */
  status?: KioskStatus | undefined;
}

/** A kiosk that is silent for this many intervals is offline. */
export const SILENT_INTERVALS_MAX = 2;
/** The network may delay a message by this much. */
const LATE_MS = 1_000;
/** A kiosk that reported that it is being updated may be silent for this long. */
export const UPDATE_SILENCE_MAX_MS = 900_000;

/** When a kiosk counts as offline if no further message comes. */
export function silentFrom(last: LastContact): number {
  const patience = SILENT_INTERVALS_MAX * last.intervalMs + LATE_MS;
  return (
    last.at +
    (last.status?.state === 'updating' ? Math.max(UPDATE_SILENCE_MAX_MS, patience) : patience)
  );
}

/** @param last absent: no kiosk of this gate ever connected. */
export function presenceOf(last: LastContact | undefined, now: number): Presence {
  if (!last) {
    return 'neverSeen';
  }
  if (now >= silentFrom(last)) {
    return 'offline';
  }
  const { status } = last;
  switch (status?.state) {
    case 'updating':
    case 'outOfService':
      return status.state;
    case 'starting':
      return 'degraded';
    default:
      return faultsOf(status).length > 0 || status?.offline?.list === 'tooOld'
        ? 'degraded'
        : 'online';
  }
}

/** The peripherals that do not work, such as `scanner`, sorted; one that is starting is not among them. */
export function faultsOf(status: KioskStatus | undefined): string[] {
  return Object.entries(status?.peripherals ?? {})
    .filter(([, { state }]) => state === 'lost' || state === 'failing')
    .map(([part]) => part)
    .sort();
}

/** Whether what a page shows of a kiosk's status is old and is to be greyed. */
export function isStale(last: LastContact | undefined, now: number): boolean {
  return last !== undefined && now >= last.at + SILENT_INTERVALS_MAX * last.intervalMs + LATE_MS;
}

/** One site's kiosks, for {@link siteOutage}. */
export interface SiteCount {
  /** Kiosks that were ever seen. */
  seen: number;
  offline: number;
}

/** A site with fewer kiosks has no outage as a whole: each kiosk counts by itself. */
export const OUTAGE_KIOSKS_MIN = 3;
const OUTAGE_BEGINS_SHARE = 0.6;
const OUTAGE_ENDS_SHARE = 0.3;

/**
 * Whether a whole site is out: one event in place of one for each kiosk. It begins when three in five
 * are offline and ends when fewer than three in ten are, so that it does not flicker in between.
 */
export function siteOutage(was: boolean, { seen, offline }: SiteCount): boolean {
  if (seen < OUTAGE_KIOSKS_MIN) {
    return false;
  }
  const share = offline / seen;
  return was ? share >= OUTAGE_ENDS_SHARE : share >= OUTAGE_BEGINS_SHARE;
}
