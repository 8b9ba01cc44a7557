import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';

/** Round trips that are remembered. */
const SAMPLES_MAX = 9;

/** One call and its answer: two readings of a monotonic clock, and the clocks of both ends. */
export interface RoundTrip {
  /** From asking to the answer, in milliseconds. */
  durationMs: number;
  /** This machine's clock when the answer came, Unix milliseconds. */
  answeredAt: number;
  /** The server's clock, in the answer. */
  serverTime: number;
}

/**
 * What the last round trips say of the link and of this machine's clock. Pure but for what it remembers.
 *
 * The skew is taken at the midpoint of the shortest of them, where the network had the least say (the
 * clock filter of NTP, RFC 5905 §10).
 */
export class LinkQuality {
  readonly #samples: { durationMs: number; skewMs: number }[] = [];
  #reconnects = 0;

  note({ durationMs, answeredAt, serverTime }: RoundTrip): void {
    const skewMs = answeredAt - durationMs / 2 - serverTime;
    this.#samples.push({ durationMs, skewMs });
    this.#samples.splice(0, this.#samples.length - SAMPLES_MAX);
  }

  /** The link is up once more. */
  reconnected(): void {
    this.#reconnects += 1;
  }

  /** This machine's clock less the server's, in milliseconds; `undefined` before the first round trip. */
  skewMs(): number | undefined {
    const [best] = [...this.#samples].sort((a, b) => a.durationMs - b.durationMs);
    return best && Math.round(best.skewMs);
  }

  view(): NonNullable<KioskStatus['link']> {
    const durations = this.#samples.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
    const median = durations[Math.floor(durations.length / 2)];
    return {
      reconnects: this.#reconnects,
      ...(median === undefined ? {} : { roundTripMs: Math.round(median) }),
    };
  }
}
