/**
 * The live code of a phone: the same credential signed anew every half minute. Its issuing time is the
 * proof that it is of now, so a photograph of it is of no use a minute later.
 */

/** A live code holds for so long after it was made, in seconds: twice the renewal, so that the last one
 * that a phone shows always has half a minute left. */
export const LIVE_SECONDS = 60;
/** A new one every so many seconds; the time in it is a multiple of this. */
export const LIVE_RENEW_SECONDS = 30;
/** How far a gate's idea of the server's time may be off, in seconds. */
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

/** Whether a live code is of now. @param now Unix seconds, the server's as far as it is known. */
export function isFresh({ issuedAt }: { issuedAt: number }, now: number): boolean {
  return now < issuedAt + LIVE_SECONDS + LIVE_SKEW_SECONDS && now >= issuedAt - LIVE_SKEW_SECONDS;
}

/** The live codes that a gate has taken already: each lets one visit begin. Bounded. */
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
