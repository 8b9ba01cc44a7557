/**
 * The live code of a phone: the same credential, signed afresh every half minute. Its issuing time
 * proves that it is current, so a photograph of it is useless a minute later.
 */

/**
 * How long a live code is valid, in seconds: twice the renewal, so that the newest one on a phone always
 * has half a minute left.
 */
export const LIVE_SECONDS = 60;
/** Seconds between two live codes of a phone; `issuedAt` is a multiple of it. */
export const LIVE_RENEW_SECONDS = 30;
/** How far off a gate's estimate of the server's time may be, in seconds. */
export const LIVE_SKEW_SECONDS = 10;
/** How many used codes a gate remembers; each is forgotten with its life. */
export const LIVE_SEEN_MAX = 256;

/** The time step that a moment is in. @param nowMs Unix milliseconds. */
export function liveStep(nowMs: number): { issuedAt: number; expiresAt: number; renewAt: number } {
  const renewMs = LIVE_RENEW_SECONDS * 1000;
  const issuedAt = Math.floor(nowMs / renewMs) * LIVE_RENEW_SECONDS;
  return {
    issuedAt,
    expiresAt: issuedAt + LIVE_SECONDS,
    renewAt: (issuedAt + LIVE_RENEW_SECONDS) * 1000,
  };
}

/** Whether a live code is current. @param now Unix seconds, the server's as far as it is known. */
export function isFresh({ issuedAt }: { issuedAt: number }, now: number): boolean {
  return now < issuedAt + LIVE_SECONDS + LIVE_SKEW_SECONDS && now >= issuedAt - LIVE_SKEW_SECONDS;
}

/** The live codes that a gate has accepted already: each begins one visit only. Bounded. */
export class SeenLiveCodes {
  readonly #seen = new Map<string, number>();

  has(code: { id: string; issuedAt: number }): boolean {
    return this.#seen.has(nameOf(code));
  }

  /** @param now Unix seconds; what can't be shown again by then is forgotten. */
  add(code: { id: string; issuedAt: number }, now: number): void {
    for (const [name, issuedAt] of this.#seen) {
      if (!isFresh({ issuedAt }, now) || this.#seen.size >= LIVE_SEEN_MAX) {
        this.#seen.delete(name);
      }
    }
    this.#seen.set(nameOf(code), code.issuedAt);
  }
}

function nameOf({ id, issuedAt }: { id: string; issuedAt: number }): string {
  return `${id} ${issuedAt}`;
}
