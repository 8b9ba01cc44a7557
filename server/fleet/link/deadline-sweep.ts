import type { Clock } from '../../../shared/clock.ts';

/** Something with one deadline at a time. */
export interface Deadline {
  /** By the monotonic clock, in milliseconds. */
  readonly dueAt: number;
  /** The deadline passed; `dueAt` is another one afterwards. */
  reached(): void;
}

/** How late a deadline may be noticed, against the shortest of them. */
const PRECISION = 1 / 8;
const SWEEP_MAX_MS = 1_000;
const SWEEP_MIN_MS = 5;

/**
 * One timer for the deadlines of all connections: ten thousand silent kiosks cost one look a second, and
 * no timer of their own each. It runs only while there are connections.
 */
export class DeadlineSweep {
  readonly #clock: Clock;
  readonly #members: ReadonlySet<Deadline>;
  readonly #everyMs: number;
  #cancel: (() => void) | undefined;

  /** @param shortestMs the shortest deadline that a member has: none is noticed later than 1/8 of it. */
  constructor(clock: Clock, members: ReadonlySet<Deadline>, shortestMs: number) {
    this.#clock = clock;
    this.#members = members;
    const wanted = Math.floor(shortestMs * PRECISION);
    this.#everyMs = Math.min(SWEEP_MAX_MS, Math.max(SWEEP_MIN_MS, wanted));
  }

  /** Sweeps from now on, for as long as there are members; may be called at any time. */
  wake(): void {
    this.#cancel ??= this.#clock.after(this.#everyMs, () => this.#sweep());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #sweep(): void {
    this.#cancel = undefined;
    const now = this.#clock.monotonic();
    for (const member of this.#members) {
      if (member.dueAt <= now) {
        member.reached();
      }
    }
    if (this.#members.size > 0) {
      this.wake();
    }
  }
}
