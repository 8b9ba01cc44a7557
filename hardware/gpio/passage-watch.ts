import type { Clock } from '../../shared/clock.ts';
import type { Passage } from '../ports.ts';
import type { InputLine } from './line.ts';

/** An opening that somebody may still walk through. */
interface PendingPassage {
  onPassage: (passage: Passage) => void;
  cancel: () => void;
}

/** Pending passages at once: more than a gate can grant within one timeout. */
const PENDING_MAX = 32;

/**
 * Openings whose passage is pending, oldest first. The sensor can't tell who walks through, so a passage
 * counts for the oldest opening: somebody slow is not taken for the next person.
 */
export class PassageWatch {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #pending: PendingPassage[] = [];
  #unwatch: (() => void) | undefined;

  /** @param timeoutMs how long after an opening somebody may walk through. */
  constructor(timeoutMs: number, clock: Clock) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** Expects one more passage. Without a sensor `onPassage` is never called. */
  expect(sensor: InputLine | undefined, onPassage: (passage: Passage) => void = () => {}): void {
    if (!sensor || this.#pending.length >= PENDING_MAX) {
      return;
    }
    const pending: PendingPassage = {
      onPassage,
      cancel: this.#clock.after(this.#timeoutMs, () => this.#settle(pending, 'notPassed')),
    };
    this.#pending.push(pending);
    this.#unwatch ??= sensor.watch((active) => {
      const [oldest] = this.#pending;
      if (active && oldest) {
        this.#settle(oldest, 'passed');
      }
    });
  }

  /** Forgets what is pending; nothing is reported afterwards. */
  stop(): void {
    for (const { cancel } of this.#pending) {
      cancel();
    }
    this.#pending = [];
    this.#stopWatching();
  }

  #settle(settled: PendingPassage, passage: Passage): void {
    settled.cancel();
    this.#pending = this.#pending.filter((other) => other !== settled);
    if (this.#pending.length === 0) {
      this.#stopWatching();
    }
    settled.onPassage(passage);
  }

  #stopWatching(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
