import type { Clock } from '../../shared/clock.ts';

/** Longer than a password takes to hash on a quiet machine. */
export const REFUSED_AFTER_MS = 1_000;
/** Bound on logins that wait to be refused; each keeps a connection open, and nothing else. */
const WAITING_MAX = 2_000;

/**
 * Answers every refused login after the same time, so that a stopwatch does not tell which part of it was
 * wrong: an unknown address and wrong digits are known at once, a wrong password after its hash.
 */
export class RefusalDelay {
  readonly #clock: Clock;
  #waiting = 0;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** Whether another login must be turned away before it is looked at. */
  get isFull(): boolean {
    return this.#waiting >= WAITING_MAX;
  }

  /**
   * The outcome of `check`, refusals after {@link REFUSED_AFTER_MS}, or a multiple of it on a busy machine.
   *
   * @param isRefused whether an outcome says that something was wrong.
   */
  async run<T>(check: () => Promise<T>, isRefused: (outcome: T) => boolean): Promise<T> {
    const startedAt = this.#clock.monotonic();
    this.#waiting += 1;
    try {
      const outcome = await check();
      if (isRefused(outcome)) {
        const tookMs = this.#clock.monotonic() - startedAt;
        await this.#wait(REFUSED_AFTER_MS - (tookMs % REFUSED_AFTER_MS));
      }
      return outcome;
    } finally {
      this.#waiting -= 1;
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(delayMs, resolve);
    });
  }
}
