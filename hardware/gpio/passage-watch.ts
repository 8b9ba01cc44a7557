import type { Clock } from '../../shared/clock.ts';
import type { Passage } from '../ports.ts';
import type { InputLine } from './line.ts';

/** An opening that somebody may still go through. */
interface Awaited {
  went: (passage: Passage) => void;
  cancel: () => void;
}

/** Openings awaited at once: more than can be granted within one time-out. */
const AWAITED_MAX = 32;

/**
 * Who was let in and has not gone through yet, in their order: a passage counts for the first of them, so
 * that somebody slow is not taken for the next person.
 */
export class PassageWatch {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #awaited: Awaited[] = [];
  #unwatch: (() => void) | undefined;

  /** @param timeoutMs how long after an opening somebody may go through. */
  constructor(timeoutMs: number, clock: Clock) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** Awaits one more passage; without a sensor nothing is ever told. */
  expect(sensor: InputLine | undefined, went: ((passage: Passage) => void) | undefined): void {
    if (!sensor || this.#awaited.length >= AWAITED_MAX) {
      return;
    }
    const awaited: Awaited = {
      went: went ?? (() => {}),
      cancel: this.#clock.after(this.#timeoutMs, () => this.#settle(awaited, 'notPassed')),
    };
    this.#awaited.push(awaited);
    this.#unwatch ??= sensor.watch((active) => {
      const [first] = this.#awaited;
      if (active && first) {
        this.#settle(first, 'passed');
      }
    });
  }

  /** Nothing is told any more. */
  stop(): void {
    for (const { cancel } of this.#awaited) {
      cancel();
    }
    this.#awaited = [];
    this.#forget();
  }

  #settle(awaited: Awaited, passage: Passage): void {
    awaited.cancel();
    this.#awaited = this.#awaited.filter((other) => other !== awaited);
    if (this.#awaited.length === 0) {
      this.#forget();
    }
    awaited.went(passage);
  }

  #forget(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
