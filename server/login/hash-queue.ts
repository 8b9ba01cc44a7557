import { FairQueue } from './fair-queue.ts';
import { shownNetwork } from './network.ts';

/** Each hash takes 128 MiB, and a flood of logins must not exhaust memory. */
const CONCURRENT_MAX = 2;
/** Some ten seconds of hashing; whoever would wait longer gets `overloaded` at once. */
const LIMITS = { waitingMax: 64, ofNetworkMax: 12, ofAccountMax: 2 } as const;
/** When to come back after `overloaded`. */
export const OVERLOADED_RETRY_MS = 5_000;

/**
 * What a hash is for. `staff` needs a right second factor, a session or an invitation first; `pin` needs
 * nothing, so that a flood of it must not hold up the other.
 */
export type HashLane = 'staff' | 'pin';

/** Who asks for a hash. */
export interface HashCaller {
  lane: HashLane;
  address: string;
  account: string;
}

interface Waiting {
  /** Ends the wait: with a place, or without. */
  answer(hasPlace: boolean): void;
}

/** Runs few password hashes at a time: lanes in turn, in each lane networks in turn, then accounts. */
export class HashQueue {
  /** The lane that is served next stands first. */
  #lanes: [HashLane, FairQueue<Waiting>][] = [
    ['staff', new FairQueue(LIMITS)],
    ['pin', new FairQueue(LIMITS)],
  ];
  #running = 0;

  /** Runs `work` when its turn comes; `overloaded` without running it when too many wait. */
  async run<T>(caller: HashCaller, work: () => Promise<T>): Promise<T | 'overloaded'> {
    if (!(await this.#place(caller))) {
      return 'overloaded';
    }
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#serveNext();
    }
  }

  #place({ lane, address, account }: HashCaller): Promise<boolean> {
    return new Promise((resolve) => {
      const queue = this.#lanes.find(([name]) => name === lane)?.[1];
      const dropped = queue?.push(shownNetwork(address), account.trim().toLowerCase(), {
        answer: resolve,
      });
      dropped?.answer(false);
      this.#serveNext();
    });
  }

  #serveNext(): void {
    const next = this.#lanes.find(([, { size }]) => size > 0);
    if (this.#running >= CONCURRENT_MAX || !next) {
      return;
    }
    this.#lanes = [...this.#lanes.filter((lane) => lane !== next), next];
    this.#running += 1;
    next[1].shift()?.answer(true);
  }
}
