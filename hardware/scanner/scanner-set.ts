import type { Clock } from '../../shared/clock.ts';
import type { Scanner, ScannerEvents, ScannerName, Symbology } from '../ports.ts';
import { RepeatFilter } from './repeat-filter.ts';

/** "Closer, hold still" is reported at most this often. */
const UNREADABLE_EVERY_MS = 1000;

/**
 * The scanners of a kiosk as one stream of readings, in the order in which they arrive, each code once
 * while it stays in view. Health and view stay each scanner's own.
 */
export class ScannerSet implements Scanner {
  readonly #scanners: readonly Scanner[];
  readonly #clock: Clock;
  readonly #repeats = new RepeatFilter();
  #wanted: readonly Symbology[] = ['qr'];
  #unreadableAt = Number.NEGATIVE_INFINITY;
  #run = 0;

  constructor(scanners: readonly Scanner[], { clock }: { clock: Clock }) {
    this.#scanners = scanners;
    this.#clock = clock;
  }

  async start(events: ScannerEvents): Promise<void> {
    const run = ++this.#run;
    const isLive = () => run === this.#run;
    await Promise.all(
      this.#scanners.map((scanner, index) =>
        scanner.start(this.#eventsOf(scannerName(index), events, isLive)),
      ),
    );
  }

  async stop(): Promise<void> {
    this.#run++;
    this.#repeats.clear();
    await Promise.all(this.#scanners.map((scanner) => scanner.stop()));
  }

  /** With an empty list the kiosk is busy: a code shown meanwhile is read when it is free again. */
  expect(symbologies: readonly Symbology[]): void {
    this.#wanted = [...symbologies];
    if (symbologies.length === 1 && symbologies[0] === 'qr') {
      this.#repeats.rearm();
    }
    for (const scanner of this.#scanners) {
      scanner.expect(symbologies);
    }
  }

  #eventsOf(name: ScannerName, events: ScannerEvents, isLive: () => boolean): ScannerEvents {
    return {
      reading: (reading) => {
        const isWanted = isLive() && this.#wanted.includes(reading.symbology);
        if (isWanted && this.#repeats.admit(reading.text, this.#clock.monotonic())) {
          events.reading(reading);
        }
      },
      unreadable: (source) => {
        const now = this.#clock.monotonic();
        if (isLive() && now - this.#unreadableAt >= UNREADABLE_EVERY_MS) {
          this.#unreadableAt = now;
          events.unreadable(source);
        }
      },
      several: (source) => isLive() && events.several?.(source),
      health: (health) => isLive() && events.health(health, name),
      view: (view) => isLive() && events.view?.(view, name),
    };
  }
}

function scannerName(index: number): ScannerName {
  return index === 0 ? 'scanner' : `scanner.${index + 1}`;
}
