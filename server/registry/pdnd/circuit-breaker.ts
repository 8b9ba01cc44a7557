import type { Clock } from '../../../shared/clock.ts';

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 10_000;

/**
 * A circuit breaker: after several failures in a row it rejects calls for a while, so that a gate learns
 * at once what it would otherwise learn after a time-out. Then a single probing call decides whether it
 * closes again.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  #failures = 0;
  #openUntil = 0;
  #isProbing = false;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** Whether a call may be made now. Every allowed call must report its outcome. */
  allowsCall(): boolean {
    if (this.#failures < FAILURES_TO_OPEN) {
      return true;
    }
    if (this.#isProbing || this.#clock.monotonic() < this.#openUntil) {
      return false;
    }
    this.#isProbing = true;
    return true;
  }

  recordSuccess(): void {
    this.#failures = 0;
    this.#isProbing = false;
  }

  recordFailure(): void {
    this.#failures += 1;
    this.#isProbing = false;
    this.#openUntil = this.#clock.monotonic() + OPEN_MS;
  }
}
