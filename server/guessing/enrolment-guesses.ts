import { placeOf } from './network-share.ts';

/** Wrong codes allowed from one address (a /64 of IPv6) within {@link WINDOW_MS}. */
export const WRONG_PER_ADDRESS_MAX = 5;
/** Wrong codes allowed from one network share (a /24, a /48 of IPv6): a site's technicians behind it. */
export const WRONG_PER_SHARE_MAX = 20;
/** Beyond this many wrong codes of everybody, one more is allowed only where none was wrong yet. */
export const WRONG_MAX = 500;
export const WINDOW_MS = 600_000;
/** Tracked addresses and shares at most; beyond it the one that tried longest ago is dropped. */
const TRACKED_MAX = 10_000;

interface Count {
  wrong: number;
  /** Tries that are being checked. */
  pending: number;
  since: number;
}

/**
 * Limits the guessing of enrolment codes. A code has 80 random bits and lives for a quarter of an hour, so
 * counting in this node's memory is enough: the limit only keeps log and database from being flooded.
 * Whoever floods is locked out alone: an address that was never wrong may always try.
 */
export class EnrolmentGuesses {
  readonly #byAddress = new Map<string, Count>();
  readonly #byShare = new Map<string, Count>();
  #all: Count = { wrong: 0, pending: 0, since: 0 };

  /**
   * Reserves a try before it is checked: where codes were wrong, a burst gets no more tries than a sequence.
   *
   * @returns undefined: rejected without being checked. Otherwise the function that says how it ended;
   * a code that could not be checked was not wrong.
   */
  begin(address: string, now: number): ((wasWrong: boolean) => void) | undefined {
    const { network, share } = placeOf(address);
    const own = current(this.#byAddress.get(network), now);
    const shared = current(this.#byShare.get(share), now);
    const all = current(this.#all, now);
    const isFlood = all.wrong >= WRONG_MAX && shared.wrong > 0;
    if (isFull(own, WRONG_PER_ADDRESS_MAX) || isFull(shared, WRONG_PER_SHARE_MAX) || isFlood) {
      return undefined;
    }
    this.#all = all;
    track(this.#byAddress, network, own);
    track(this.#byShare, share, shared);
    const counts = [own, shared, all];
    for (const count of counts) {
      count.pending += 1;
    }
    return (wasWrong) => {
      for (const count of counts) {
        count.pending -= 1;
        count.wrong += wasWrong ? 1 : 0;
      }
    };
  }
}

/** A site that enrols a hundred boards at once with right codes is not held up. */
function isFull({ wrong, pending }: Count, max: number): boolean {
  return wrong > 0 && wrong + pending >= max;
}

function current(count: Count | undefined, now: number): Count {
  return count && now - count.since < WINDOW_MS ? count : { wrong: 0, pending: 0, since: now };
}

function track(counts: Map<string, Count>, name: string, count: Count): void {
  counts.delete(name);
  counts.set(name, count);
  const [oldest] = counts.keys();
  if (counts.size > TRACKED_MAX && oldest !== undefined) {
    counts.delete(oldest);
  }
}
