/** FailureCount codes allowed from one address within {@link WINDOW_MS}. */
export const WRONG_PER_ADDRESS_MAX = 5;
/** FailureCount codes allowed from all addresses within the same window. */
export const WRONG_MAX = 500;
export const WINDOW_MS = 600_000;
/** Bound on tracked addresses; beyond it the oldest is dropped. */
const ADDRESSES_MAX = 10_000;

interface FailureCount {
  count: number;
  since: number;
}

/**
 * Limits the guessing of enrolment codes. A code has 80 random bits and lives for a quarter of an hour, so
 * counting in this node's memory is enough: the limit only keeps log and database from being flooded.
 */
export class EnrolmentGuesses {
  readonly #byAddress = new Map<string, FailureCount>();
  #all: FailureCount = { count: 0, since: 0 };

  /** Whether attempts from this address are rejected without being checked. */
  blocks(address: string, now: number): boolean {
    const own = current(this.#byAddress.get(address), now);
    return own.count >= WRONG_PER_ADDRESS_MAX || current(this.#all, now).count >= WRONG_MAX;
  }

  /** Counts a wrong code. */
  recordFailure(address: string, now: number): void {
    const own = current(this.#byAddress.get(address), now);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { ...own, count: own.count + 1 });
    const all = current(this.#all, now);
    this.#all = { ...all, count: all.count + 1 };
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size > ADDRESSES_MAX && oldest !== undefined) {
      this.#byAddress.delete(oldest);
    }
  }
}

function current(wrong: FailureCount | undefined, now: number): FailureCount {
  return wrong && now - wrong.since < WINDOW_MS ? wrong : { count: 0, since: now };
}
