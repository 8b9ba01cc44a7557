/**
 * Time, handed in so that a test can move it.
 *
 * `now()` is Unix time in milliseconds and may jump; `monotonic()` is milliseconds since an arbitrary
 * start and never goes back: durations and deadlines use it.
 */
export interface Clock {
  now(): number;
  monotonic(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it and may be called twice. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
