import type { Clock } from '../../shared/clock.ts';
import type { Health, Scanner, ScannerEvents, Symbology } from '../ports.ts';
import { RepeatFilter } from './repeat-filter.ts';

/** A scanner and the name that its config gives it. */
export interface NamedScanner {
  name: string;
  scanner: Scanner;
}

export interface ScannerSetDeps {
  clock: Clock;
  /** Told of each scanner's own health; the set's own is the best of them. */
  scannerHealth?: (name: string, health: Health) => void;
}

const RANK: Record<Health['state'], number> = { ready: 3, opening: 2, failing: 1, lost: 0 };
/** "Closer, hold still" is said at most so often. */
const UNREADABLE_EVERY_MS = 1000;

/**
 * Several scanners as one: their readings in the order in which they came, each code once while it
 * stays in view. The set is ready as long as one of its scanners is.
 */
export class ScannerSet implements Scanner {
  readonly #scanners: readonly NamedScanner[];
  readonly #deps: ScannerSetDeps;
  readonly #repeats = new RepeatFilter();
  readonly #healths = new Map<string, Health>();
  #wanted: readonly Symbology[] = ['qr'];
  #told: Health['state'] | undefined;
  #unreadableAt = Number.NEGATIVE_INFINITY;
  #run = 0;

  constructor(scanners: readonly NamedScanner[], deps: ScannerSetDeps) {
    this.#scanners = scanners;
    this.#deps = deps;
  }

  async start(events: ScannerEvents): Promise<void> {
    const run = ++this.#run;
    this.#told = undefined;
    const live = () => run === this.#run;
    await Promise.all(
      this.#scanners.map(({ name, scanner }) =>
        scanner.start({
          reading: (reading) => {
            const wanted = live() && this.#wanted.includes(reading.symbology);
            if (wanted && this.#repeats.admit(reading.text, this.#deps.clock.monotonic())) {
              events.reading(reading);
            }
          },
          unreadable: (source) => {
            const now = this.#deps.clock.monotonic();
            if (live() && now - this.#unreadableAt >= UNREADABLE_EVERY_MS) {
              this.#unreadableAt = now;
              events.unreadable(source);
            }
          },
          view: (source, view) => live() && events.view?.(source, view),
          several: (source) => live() && events.several?.(source),
          health: (health) => live() && this.#hear(name, health, events),
        }),
      ),
    );
  }

  async stop(): Promise<void> {
    this.#run++;
    this.#healths.clear();
    this.#repeats.clear();
    await Promise.all(this.#scanners.map(({ scanner }) => scanner.stop()));
  }

  /** Nothing wanted: the kiosk is busy, and what is shown meanwhile is not held against it. */
  expect(symbologies: readonly Symbology[]): void {
    this.#wanted = [...symbologies];
    if (symbologies.length === 1 && symbologies[0] === 'qr') {
      this.#repeats.rearm();
    }
    for (const { scanner } of this.#scanners) {
      scanner.expect(symbologies);
    }
  }

  #hear(name: string, health: Health, events: ScannerEvents): void {
    this.#healths.set(name, health);
    this.#deps.scannerHealth?.(name, health);
    let best = health;
    for (const other of this.#healths.values()) {
      if (RANK[other.state] > RANK[best.state]) {
        best = other;
      }
    }
    if (best.state !== this.#told) {
      this.#told = best.state;
      events.health(best);
    }
  }
}
