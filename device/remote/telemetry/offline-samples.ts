import type { Clock } from '../../../shared/clock.ts';
import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import { type Sample, sampleOf } from '../../../shared/protocol/measurement.ts';

/** As often as a server keeps one. */
export const SAMPLE_EVERY_MS = 60_000;

/** Takes a sample every minute while no report can: a gate without network has no hole in its history. */
export class OfflineSamples {
  readonly #clock: Clock;
  readonly #status: () => KioskStatus;
  readonly #keep: (sample: Sample) => void;
  #cancel = () => {};

  constructor(deps: {
    clock: Clock;
    status: () => KioskStatus;
    /** Keeps it if there is no link. */
    keep: (sample: Sample) => void;
  }) {
    this.#clock = deps.clock;
    this.#status = deps.status;
    this.#keep = deps.keep;
  }

  start(): void {
    this.#cancel = this.#clock.after(SAMPLE_EVERY_MS, () => {
      // The last round trip and skew are of a link that is gone.
      const { roundTrip: _r, skew: _s, ...sample } = sampleOf(this.#status());
      this.#keep(sample);
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }
}
