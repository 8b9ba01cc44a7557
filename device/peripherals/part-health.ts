import type { CameraView, Health, ScannerName } from '../../hardware/ports.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Peripherals } from '../../shared/protocol/kiosk-status.ts';

/** The better one of two scanners decides whether the gate can read. */
const RANK: Record<Health['state'], number> = { ready: 3, opening: 2, failing: 1, lost: 0 };
const REASON_LENGTH_MAX = 64;

/** The last health of every part, as its driver reported it. */
export class PartHealth {
  readonly #clock: Clock;
  readonly #known = new Map<string, Health>();
  readonly #views = new Map<ScannerName, CameraView>();
  readonly #waiting = new Set<{ name: string; finish: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(name: string, health: Health): void {
    this.#known.set(name, health);
    if (health.state === 'ready') {
      for (const one of [...this.#waiting].filter((waiting) => waiting.name === name)) {
        one.finish();
      }
    }
  }

  /** What a camera sees as a whole has changed. */
  noteView(scanner: ScannerName, view: CameraView): void {
    this.#views.set(scanner, view);
  }

  /** What a camera sees; a scanner that is no camera has a clear view. */
  view(scanner: ScannerName): CameraView {
    return this.#views.get(scanner) ?? 'clear';
  }

  /** The scanners that have reported so far, the first included. */
  scanners(): ScannerName[] {
    return [...this.#known.keys()].filter(isScanner);
  }

  /** The state of the best scanner: a gate can read while any of its scanners can. */
  scannerState(): Health['state'] {
    let best: Health['state'] = 'lost';
    for (const name of this.scanners()) {
      const state = this.#known.get(name)?.state ?? 'lost';
      best = RANK[state] > RANK[best] ? state : best;
    }
    return best;
  }

  /** The parts that are lost or failing. The link is not one of them. */
  faults(): string[] {
    return [...this.#known]
      .filter(([name, { state }]) => name !== 'link' && (state === 'lost' || state === 'failing'))
      .map(([name]) => name);
  }

  /** Ends every wait. */
  stop(): void {
    for (const one of [...this.#waiting]) {
      one.finish();
    }
  }

  /** The health of a part once it is ready, or after `withinMs` whatever it is then. */
  settled(name: string, withinMs: number): Promise<Health> {
    const now = this.#known.get(name);
    if (now?.state === 'ready') {
      return Promise.resolve(now);
    }
    return new Promise((resolve) => {
      const one = {
        name,
        finish: () => {
          cancel();
          this.#waiting.delete(one);
          resolve(this.#known.get(name) ?? { state: 'opening', since: 0 });
        },
      };
      const cancel = this.#clock.after(withinMs, () => one.finish());
      this.#waiting.add(one);
    });
  }

  /** As it is reported to the server. A camera that works and sees nothing is `ready`, with a reason. */
  peripherals(): Peripherals {
    const reported: Peripherals = {};
    for (const [name, health] of this.#known) {
      const reason = 'reason' in health ? health.reason : this.#obstruction(name);
      reported[name] = { state: health.state, reason: reason?.slice(0, REASON_LENGTH_MAX) };
    }
    return reported;
  }

  #obstruction(name: string): string | undefined {
    const view = isScanner(name) ? this.view(name) : 'clear';
    return view === 'clear' ? undefined : view;
  }
}

/** Whether a part is one of the kiosk's scanners. */
export function isScanner(name: string): name is ScannerName {
  return name === 'scanner' || name.startsWith('scanner.');
}
