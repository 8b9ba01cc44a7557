import { placeOf } from './network-share.ts';

/** Wrong codes allowed from one address (a /64 of IPv6) within {@link WINDOW_MS}. */
export const WRONG_PER_ADDRESS_MAX = 5;
/** Wrong codes allowed from one network share (a /24, a /48 of IPv6): a site's technicians behind it. */
export const WRONG_PER_SHARE_MAX = 20;
/** Beyond this many wrong codes of everybody, one more is allowed only where none was wrong yet. */
export const WRONG_MAX = 500;
export const WINDOW_MS = 600_000;
/** Tracked addresses and shares at most; beyond it the one that failed longest ago is dropped. */
const TRACKED_MAX = 10_000;

interface Failures {
  count: number;
  since: number;
}

/**
 * Limits the guessing of enrolment codes. A code has 80 random bits and lives for a quarter of an hour, so
 * counting in this node's memory is enough: the limit only keeps log and database from being flooded.
 * Whoever floods is locked out alone: an address that was never wrong may always try.
 */
export class EnrolmentGuesses {
  readonly #byAddress = new Map<string, Failures>();
  readonly #byShare = new Map<string, Failures>();
  #all: Failures = { count: 0, since: 0 };

  /**
   * Counts a try as wrong before it is checked, so that a burst gets no more tries than a sequence does.
   *
   * @returns undefined: rejected without being checked. Otherwise what takes the count back when the code
   * was right, or could not be checked.
   */
  begin(address: string, now: number): { takeBack(): void } | undefined {
    const { network, share } = placeOf(address);
    const own = current(this.#byAddress.get(network), now);
    const shared = current(this.#byShare.get(share), now);
    const all = current(this.#all, now);
    const isFlood = all.count >= WRONG_MAX && shared.count > 0;
    if (own.count >= WRONG_PER_ADDRESS_MAX || shared.count >= WRONG_PER_SHARE_MAX || isFlood) {
      return undefined;
    }
    this.#all = { ...all, count: all.count + 1 };
    track(this.#byAddress, network, { ...own, count: own.count + 1 });
    track(this.#byShare, share, { ...shared, count: shared.count + 1 });
    return {
      takeBack: () => {
        this.#all = { ...this.#all, count: this.#all.count - 1 };
        takeBack(this.#byAddress, network);
        takeBack(this.#byShare, share);
      },
    };
  }
}

function current(failures: Failures | undefined, now: number): Failures {
  return failures && now - failures.since < WINDOW_MS ? failures : { count: 0, since: now };
}

function track(counts: Map<string, Failures>, name: string, failures: Failures): void {
  counts.delete(name);
  counts.set(name, failures);
  const [oldest] = counts.keys();
  if (counts.size > TRACKED_MAX && oldest !== undefined) {
    counts.delete(oldest);
  }
}

function takeBack(counts: Map<string, Failures>, name: string): void {
  const failures = counts.get(name);
  if (failures) {
    counts.set(name, { ...failures, count: Math.max(0, failures.count - 1) });
  }
}
