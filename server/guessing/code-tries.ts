import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import { afterFailure, failuresOf, type Guess, guessLimits } from './guess-limits.ts';
import { lockGuesses, writeGuesses } from './guess-rows.ts';

const limit = guessLimits.oneTimeCode;
/** Marks the rows of these counts among all counts. */
const PREFIX = 'o ';

/** The count of wrong codes of one pair, locked until the transaction ends. */
export interface LockedTries {
  key: string;
  before: Guess | undefined;
  /** Wrong codes that may still be typed, over all codes. */
  triesLeft: number;
  /** 0: not locked. */
  lockedForMs: number;
}

/**
 * Counts wrong one-time codes by who may know them and who types them, over **all** codes and a day: a code
 * that is sent again brings no new tries. The tenth locks the pair for a day.
 */
export class CodeTries {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** @param pair what the codes are for, whose they are, and who types them. */
  async lock(tx: Tx, pair: readonly string[]): Promise<LockedTries> {
    const key = `${PREFIX}${this.#keyring.oneTimeCodeMac('tries', ...pair).slice(0, 32)}`;
    const before = (await lockGuesses(this.#store, tx, [key], this.#now())).get(key);
    return this.#triesOf(key, before);
  }

  /** Counts one wrong code of a pair that this transaction has locked. */
  async recordFailure(tx: Tx, { key, before }: LockedTries): Promise<LockedTries> {
    const after = afterFailure(key, before, limit, this.#now());
    await writeGuesses(this.#store, tx, [after]);
    return this.#triesOf(key, after);
  }

  #triesOf(key: string, before: Guess | undefined): LockedTries {
    const now = this.#now();
    const lockedForMs = Math.max(0, (before?.blockedUntil ?? 0) - now);
    const triesLeft =
      lockedForMs > 0 ? 0 : Math.max(0, limit.free - failuresOf(before, limit, now));
    return { key, before, triesLeft, lockedForMs };
  }
}
