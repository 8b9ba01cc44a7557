/** Calls a second on average, and in one burst, from one caller. */
const PER_SECOND = 50;
const BURST = 200;
/** Callers that are remembered, at most: beyond, the one that was heard longest ago is forgotten. */
const CALLERS_MAX = 10_000;

/** A token bucket for each caller. */
export class RateLimit {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** @param deps.now milliseconds that never go back. */
  constructor(deps: { now: () => number }) {
    this.#now = deps.now;
  }

  /** Whether one more call may be made now. */
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
