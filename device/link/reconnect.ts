import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';

/** Why a link ends that is to reconnect at once: its server asked for it, a few kiosks at a time. */
export const RENEWED = 'renewed';
const RENEW_WITHIN_MS = 250;

const BACKOFF: BackoffLimits = { firstMs: 500, longestMs: 30_000, factor: 2 };

/**
 * Reasons for which coming back at once would only be turned away again: another kiosk holds this
 * identity, or the key does not, or no longer, hold.
 */
const unwelcome: readonly string[] = ['evicted', 'proofRefused', 'revoked', 'flood'];

/** How a link that was lost comes back. */
export interface Loss {
  /** Tries since the last time it was up: 0 for the first. */
  attempt: number;
  reason: string;
  /** Within which time the server wants its kiosks spread, as it said last. */
  withinMs: number;
  /** Asked for by the server with its boot answer (`pending`, `rejected`). */
  retryAfterMs?: number | undefined;
}

/**
 * How long to wait before the next try, in milliseconds: full jitter, so that kiosks that lost the same
 * server don't come back in step, and over no less than the time that the server asked for.
 *
 * @param random a number in [0, 1), handed in.
 */
export function reconnectDelayMs(loss: Loss, random: number): number {
  const { attempt, reason, withinMs, retryAfterMs } = loss;
  if (retryAfterMs !== undefined) {
    return Math.floor(retryAfterMs * (0.75 + random / 2));
  }
  if (reason === RENEWED && attempt === 0) {
    return Math.floor(RENEW_WITHIN_MS * random);
  }
  if (unwelcome.includes(reason)) {
    return Math.floor(BACKOFF.longestMs * (0.5 + random / 2));
  }
  const firstMs = Math.max(BACKOFF.firstMs, withinMs);
  const longestMs = Math.max(BACKOFF.longestMs, withinMs);
  return backoffMs(attempt, { ...BACKOFF, firstMs, longestMs }, random);
}
