import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';

/** Round trips that are remembered. */
const SAMPLES_MAX = 9;

/** What the last round trips say of the link. */
export class LinkQuality {
  readonly #durationsMs: number[] = [];
  #reconnects = 0;

  /** @param durationMs from asking to the answer, in milliseconds. */
  note(durationMs: number): void {
    this.#durationsMs.push(durationMs);
    this.#durationsMs.splice(0, this.#durationsMs.length - SAMPLES_MAX);
  }

  /** The link is up once more. */
  reconnected(): void {
    this.#reconnects += 1;
  }

  view(): NonNullable<KioskStatus['link']> {
    const ordered = [...this.#durationsMs].sort((a, b) => a - b);
    const median = ordered[Math.floor(ordered.length / 2)];
    const roundTripMs = median === undefined ? undefined : Math.round(median);
    return { reconnects: this.#reconnects, roundTripMs };
  }
}
