import type { Clock } from '../../shared/clock.ts';

/** Timers by name: setting one again replaces it, and stopping cancels them all. */
export class Timers<Name extends string> {
  readonly #clock: Clock;
  readonly #cancels = new Map<Name, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: Name, delayMs: number, act: () => void): void {
    this.clear(name);
    this.#cancels.set(name, this.#clock.after(delayMs, act));
  }

  clear(name: Name): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  stop(): void {
    for (const name of [...this.#cancels.keys()]) {
      this.clear(name);
    }
  }
}
