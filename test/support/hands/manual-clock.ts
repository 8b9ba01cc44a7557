import type { Clock } from '../../../shared/clock.ts';

/** A clock moved by a test: `advance` runs due timers in order. */
export class ManualClock implements Clock {
  wall: number;
  #time = 0;
  #next = 0;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  constructor(wall = Date.UTC(2026, 5, 1)) {
    this.wall = wall;
  }

  now(): number {
    return this.wall + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  after(delayMs: number, callback: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { at: this.#time + delayMs, callback });
    return () => this.#timers.delete(id);
  }

  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const due = [...this.#timers.entries()]
        .filter(([, timer]) => timer.at <= end)
        .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
      if (!due) {
        break;
      }
      this.#timers.delete(due[0]);
      this.#time = Math.max(this.#time, due[1].at);
      due[1].callback();
    }
    this.#time = end;
  }
}

/** A manual clock on which the timers of some delays never fire. */
export class LossyClock extends ManualClock {
  readonly #lostMs: readonly number[];

  constructor(lostMs: readonly number[]) {
    super();
    this.#lostMs = lostMs;
  }

  override after(delayMs: number, callback: () => void): () => void {
    return this.#lostMs.includes(delayMs) ? () => {} : super.after(delayMs, callback);
  }
}

/** Waits until all pending promise callbacks have run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await Promise.resolve();
  }
}
