/** Allowed calls of one caller: per second on average, and in one burst. */
const PER_SECOND = 50;
const BURST = 200;
/** Bound on tracked callers; beyond it the least recent one is dropped. */
const CALLERS_MAX = 10_000;

/** Rate limiter with one token bucket per caller. */
export class RateLimit {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** @param deps.now milliseconds of a monotonic clock. */
  constructor(deps: { now: () => number }) {
    this.#now = deps.now;
  }

  /** Takes a token; false when the caller has none left. */
  tryTake(caller: string): boolean {
    const now = this.#now();
    const before = this.#buckets.get(caller) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, before.tokens + ((now - before.at) / 1000) * PER_SECOND);
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { tokens: Math.max(0, tokens - 1), at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > CALLERS_MAX && oldest !== undefined) {
      this.#buckets.delete(oldest);
    }
    return tokens >= 1;
  }
}
