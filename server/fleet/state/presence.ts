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

/** What was last heard of a kiosk. */
export interface Heard {
  /** When its last message came, by the server's clock, Unix ms. */
  at: number;
  /** How often it reports, in milliseconds. */
  intervalMs: number;
  /** All that its reports told; absent: it booted and has not reported yet. */
  status?: KioskStatus | undefined;
}

/** Silent for so many intervals, a kiosk is offline. */
export const SILENT_INTERVALS_MAX = 2;
/** A message may be this late by the network's doing. */
const LATE_MS = 1_000;
/** One that said it is being updated may be silent for so long. */
export const UPDATE_SILENCE_MAX_MS = 900_000;

/** From when on, without a further message, a kiosk counts as offline. */
export function silentFrom(heard: Heard): number {
  const patience = SILENT_INTERVALS_MAX * heard.intervalMs + LATE_MS;
  return (
    heard.at +
    (heard.status?.state === 'updating' ? Math.max(UPDATE_SILENCE_MAX_MS, patience) : patience)
  );
}

/** @param heard absent: no kiosk of this gate ever spoke. */
export function presenceOf(heard: Heard | undefined, now: number): Presence {
  if (!heard) {
    return 'neverSeen';
  }
  if (now >= silentFrom(heard)) {
    return 'offline';
  }
  const { status } = heard;
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

/** The parts that do not work, such as `scanner`, in order; one that is being opened is none. */
export function faultsOf(status: KioskStatus | undefined): string[] {
  return Object.entries(status?.peripherals ?? {})
    .filter(([, { state }]) => state === 'lost' || state === 'failing')
    .map(([part]) => part)
    .sort();
}

/** Whether what a page shows of a kiosk's status is old and is to be greyed. */
export function isStale(heard: Heard | undefined, now: number): boolean {
  return heard !== undefined && now >= heard.at + SILENT_INTERVALS_MAX * heard.intervalMs + LATE_MS;
}

/** One site's kiosks, for {@link siteOutage}. */
export interface SiteCount {
  /** Kiosks that were ever seen. */
  seen: number;
  offline: number;
}

/** Fewer kiosks than these have no mass outage: each speaks for itself. */
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
