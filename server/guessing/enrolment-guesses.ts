/** Wrong codes from one address, at most, within {@link WINDOW_MS}. */
export const WRONG_PER_ADDRESS_MAX = 5;
/** Wrong codes from everywhere, at most, within the same time. */
export const WRONG_MAX = 500;
export const WINDOW_MS = 600_000;
/** Addresses that are remembered, at most: beyond, the oldest is forgotten. */
const ADDRESSES_MAX = 10_000;

interface Wrong {
  count: number;
  since: number;
}

/**
 * Slows down whoever guesses enrolment codes. A code has 80 random bits and lives for a quarter of an
 * hour, so this node's memory is enough: it keeps the log and the database from being flooded.
 */
export class EnrolmentGuesses {
  readonly #byAddress = new Map<string, Wrong>();
  #all: Wrong = { count: 0, since: 0 };

  /** Whether a try from this address is not even looked at. */
  blocks(address: string, now: number): boolean {
    const own = current(this.#byAddress.get(address), now);
    return own.count >= WRONG_PER_ADDRESS_MAX || current(this.#all, now).count >= WRONG_MAX;
  }

  /** A wrong code came. */
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

function current(wrong: Wrong | undefined, now: number): Wrong {
  return wrong && now - wrong.since < WINDOW_MS ? wrong : { count: 0, since: now };
}
