import type { Clock } from '../../shared/clock.ts';

/** A clock that moves only when a test moves it. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #timers: { at: number; callback: () => void }[] = [];

  constructor(startMs = 1_790_000_000_000) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers are pending; a stopped part leaves none. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Advances the time and runs due timers in order. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) {
        break;
      }
      this.#nowMs = due.at;
      this.#timers = this.#timers.filter((other) => other !== due);
      due.callback();
    }
    this.#nowMs = end;
  }
}
