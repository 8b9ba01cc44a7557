import type { Clock } from '../../shared/clock.ts';

/** How far the kiosk's idea of the time can be believed. */
export type ClockTrust = 'unset' | 'estimated' | 'synced';

/** One call and its answer. */
export interface RoundTrip {
  /** From asking to the answer, in milliseconds. */
  durationMs: number;
  /** The server's clock, in the answer: Unix milliseconds. */
  serverTime: number;
}

/** The machine's clock may lag behind the server's last word by this much and still be believed. */
const BEHIND_MAX_MS = 60_000;
/** Round trips that are remembered for the skew. */
const SAMPLES_MAX = 9;

/**
 * The server's time, as far as this kiosk can tell: the only keeper of it. Once the server has said
 * what time it is, the monotonic clock carries on from there, so that the machine's own clock may jump.
 */
export class ServerClock {
  readonly #clock: Clock;
  readonly #samples: { durationMs: number; skewMs: number }[] = [];
  #synced: { at: number; monotonic: number } | undefined;
  /** What the server said last, in this run or an earlier one: it can't be earlier now. */
  #notBefore: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param at the server's time at the last boot of an earlier run, Unix milliseconds. */
  recall(at: number): void {
    this.#notBefore = at;
  }

  /** @param at the server's time now, Unix milliseconds. */
  sync(at: number): void {
    this.#synced = { at, monotonic: this.#clock.monotonic() };
    this.#notBefore = at;
  }

  /** An answer has just come that carried the server's time. */
  noteRoundTrip({ durationMs, serverTime }: RoundTrip): void {
    const skewMs = this.#clock.now() - durationMs / 2 - serverTime;
    this.#samples.push({ durationMs, skewMs });
    this.#samples.splice(0, this.#samples.length - SAMPLES_MAX);
  }

  /** Unix milliseconds, whole. */
  now(): number {
    if (!this.#synced) {
      return Math.max(0, Math.floor(this.#clock.now()), this.#notBefore ?? 0);
    }
    const { at, monotonic } = this.#synced;
    return Math.max(0, Math.floor(at + this.#clock.monotonic() - monotonic));
  }

  trust(): ClockTrust {
    if (this.#synced) {
      return 'synced';
    }
    const earliest = this.#notBefore === undefined ? undefined : this.#notBefore - BEHIND_MAX_MS;
    return earliest !== undefined && this.#clock.now() >= earliest ? 'estimated' : 'unset';
  }

  /**
   * The machine's clock less the server's, in milliseconds; `undefined` before the server's first word.
   * It is taken at the midpoint of the shortest round trip, where the network had the least say (the
   * clock filter of NTP, RFC 5905 §10).
   */
  skewMs(): number | undefined {
    const [best] = [...this.#samples].sort((a, b) => a.durationMs - b.durationMs);
    if (best) {
      return Math.round(best.skewMs);
    }
    return this.#synced && this.#clock.now() - this.now();
  }
}
