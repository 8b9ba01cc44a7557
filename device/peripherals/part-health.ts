import type { Health } from '../../hardware/ports.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Peripherals } from '../../shared/protocol/kiosk-status.ts';
import { type CheckOutcome, healthOutcome } from '../self-test/checks.ts';

/** How long a self-test waits for a part to come up, in milliseconds. */
export const SETTLE_MS = 8_000;

/** What every part said of itself last. */
export class PartHealth {
  readonly #clock: Clock;
  readonly #known = new Map<string, Health>();
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

  /** Ends every wait. */
  stop(): void {
    for (const one of [...this.#waiting]) {
      one.finish();
    }
  }

  /** How a part is, once it is ready or has had its time. */
  settled(name: string): Promise<CheckOutcome> {
    if (this.#known.get(name)?.state === 'ready') {
      return Promise.resolve({ result: 'passed' });
    }
    return new Promise((resolve) => {
      const one = {
        name,
        finish: () => {
          cancel();
          this.#waiting.delete(one);
          resolve(healthOutcome(this.#known.get(name) ?? { state: 'opening', since: 0 }));
        },
      };
      const cancel = this.#clock.after(SETTLE_MS, () => one.finish());
      this.#waiting.add(one);
    });
  }

  /** As the server is told. */
  peripherals(): Peripherals {
    const told: Peripherals = {};
    for (const [name, health] of this.#known) {
      const reason = 'reason' in health ? { reason: health.reason.slice(0, 64) } : {};
      told[name] = { state: health.state, ...reason };
    }
    return told;
  }
}
