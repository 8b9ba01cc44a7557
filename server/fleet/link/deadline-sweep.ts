import type { Clock } from '../../../shared/clock.ts';

/** Something that has one thing to do at a time, if nothing else happens before. */
export interface Pulsed {
  /** When that falls due, by the monotonic clock, in milliseconds. */
  readonly dueAt: number;
  /** Does it; `dueAt` is then another one. */
  fallDue(): void;
}

/** How late a deadline may be noticed, against the shortest of them. */
const PRECISION = 1 / 8;
const BEAT_MAX_MS = 1_000;
const BEAT_MIN_MS = 5;

/**
 * One timer for the deadlines of all connections: ten thousand silent kiosks cost one look a second, and
 * no timer of their own each. It beats only while there is somebody to look after.
 */
export class DeadlineSweep {
  readonly #clock: Clock;
  readonly #members: ReadonlySet<Pulsed>;
  readonly #everyMs: number;
  #cancel: (() => void) | undefined;

  /** @param shortestMs the shortest deadline that a member has: none is noticed later than 1/8 of it. */
  constructor(clock: Clock, members: ReadonlySet<Pulsed>, shortestMs: number) {
    this.#clock = clock;
    this.#members = members;
    const wanted = Math.floor(shortestMs * PRECISION);
    this.#everyMs = Math.min(BEAT_MAX_MS, Math.max(BEAT_MIN_MS, wanted));
  }

  /** Beats from now on, for as long as there are members; may be called at any time. */
  wake(): void {
    this.#cancel ??= this.#clock.after(this.#everyMs, () => this.#beat());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #beat(): void {
    this.#cancel = undefined;
    const now = this.#clock.monotonic();
    for (const member of this.#members) {
      if (member.dueAt <= now) {
        member.fallDue();
      }
    }
    if (this.#members.size > 0) {
      this.wake();
    }
  }
}
