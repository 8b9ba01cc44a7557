import type { Clock } from '../../../shared/clock.ts';

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 10_000;

/**
 * A circuit breaker: after some failures in a row nobody is let through for a while, so that a gate
 * learns at once what it would learn after a time-out; then one call tries, and its outcome counts.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  #failures = 0;
  #openUntil = 0;
  #trying = false;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** Whether a call may be made now; who was let through says how it ended. */
  allowsCall(): boolean {
    if (this.#failures < FAILURES_TO_OPEN) {
      return true;
    }
    if (this.#trying || this.#clock.monotonic() < this.#openUntil) {
      return false;
    }
    this.#trying = true;
    return true;
  }

  recordSuccess(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  recordFailure(): void {
    this.#failures += 1;
    this.#trying = false;
    this.#openUntil = this.#clock.monotonic() + OPEN_MS;
  }
}
