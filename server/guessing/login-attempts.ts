import { isIPv6 } from 'node:net';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import { afterFailure, type Guess, type Limit, waitMs } from './guess-limits.ts';
import { lockGuesses, writeGuesses } from './guess-rows.ts';

const DAY_MS = 86_400_000;

/**
 * How many wrong passwords or PINs are free, and how the wait grows. An account is first counted per
 * address, so that a guesser cannot lock the owner out without using many addresses. A wrong
 * second factor counts where the password was right, so its count is the account's alone: within a day at most
 * 20 of its million codes can be tried by whoever knows the password, from any number of addresses.
 */
export const loginLimits = {
  accountAtAddress: { free: 5, leakMs: 600_000, firstMs: 30_000, longestMs: 3_600_000 },
  account: { free: 25, leakMs: 300_000, firstMs: 30_000, longestMs: 300_000 },
  address: { free: 40, leakMs: 60_000, firstMs: 10_000, longestMs: 900_000 },
  secondFactor: {
    free: 10,
    leakMs: DAY_MS / 10,
    firstMs: DAY_MS / 10,
    longestMs: DAY_MS / 10,
  },
} as const satisfies Record<string, Limit>;

type ScopedKey = readonly [keyof typeof loginLimits, string];

/**
 * A try that counts as failed until it is given back. Whoever never gives it back, because the process ended
 * in between, has one try less.
 */
export interface ReservedTry {
  /**
   * The try succeeded: it never happened, and the account's count at this address begins at zero, which
   * forgives the owner's typos.
   */
  giveBack(): Promise<void>;
  /**
   * The try was not looked at: it alone is undone. It forgives nothing, or whoever fills the queue of hashes
   * could begin again at zero.
   */
  undo(): Promise<void>;
}
export type Reservation =
  | { ok: true; reserved: ReservedTry }
  | { ok: false; reason: 'throttled'; retryAfterMs: number };

/**
 * Counts failed logins per account and per address, across restarts and nodes. A try is **reserved before**
 * the password is checked, which takes a third of a second: of a burst only as many are looked at as the
 * limit lets through.
 */
export class LoginAttempts {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Takes a try for this account from this address, or says how long there is none. */
  reserve(account: string, address: string): Promise<Reservation> {
    return this.#reserve(this.#keys(account, address));
  }

  /** Takes a try at the second factor of an account whose password was right. */
  reserveSecondFactor(account: string): Promise<Reservation> {
    return this.#reserve([['secondFactor', this.#name('secondFactor', accountName(account))]]);
  }

  async #reserve(keys: readonly ScopedKey[]): Promise<Reservation> {
    return this.#store.transaction(async (tx): Promise<Reservation> => {
      const now = this.#now();
      const before = await this.#lock(tx, keys, now);
      const retryAfterMs = waitMs([...before.values()], now);
      if (retryAfterMs > 0) {
        return { ok: false, reason: 'throttled', retryAfterMs };
      }
      const after = keys.map(([scope, key]) =>
        afterFailure(key, before.get(key), loginLimits[scope], now),
      );
      await writeGuesses(this.#store, tx, after);
      const release = (isRight: boolean) => this.#release(keys, { before, after, isRight });
      return {
        ok: true,
        reserved: { giveBack: () => release(true), undo: () => release(false) },
      };
    });
  }

  async #release(
    keys: readonly ScopedKey[],
    taken: { before: ReadonlyMap<string, Guess>; after: readonly Guess[]; isRight: boolean },
  ): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const now = this.#now();
      const current = await this.#lock(tx, keys, now);
      const guesses = keys.flatMap(([scope, key], index) => {
        const guess = current.get(key);
        const reserved = taken.after[index];
        if (!guess || !reserved) {
          return [];
        }
        return taken.isRight && scope === 'accountAtAddress'
          ? [{ ...guess, failures: 0, blockedUntil: 0, watchedUntil: 0 }]
          : [withoutTry(guess, { before: taken.before.get(key), reserved })];
      });
      await writeGuesses(this.#store, tx, guesses);
    });
  }

  #lock(tx: Tx, keys: readonly ScopedKey[], now: number): Promise<Map<string, Guess>> {
    return lockGuesses(
      this.#store,
      tx,
      keys.map(([, key]) => key),
      now,
    );
  }

  #keys(account: string, address: string): ScopedKey[] {
    const who = accountName(account);
    const where = networkOf(address);
    return [
      ['accountAtAddress', this.#name('both', who, where)],
      ['account', this.#name('account', who)],
      ['address', this.#name('address', where)],
    ];
  }

  #name(...parts: string[]): string {
    return `l ${this.#keyring.oneTimeCodeMac('attempt', ...parts).slice(0, 32)}`;
  }
}

function accountName(account: string): string {
  return account.trim().toLowerCase();
}

/** A count without one try. A block that this try alone began ends with it; others' failures stay. Pure. */
function withoutTry(
  guess: Guess,
  { before, reserved }: { before: Guess | undefined; reserved: Guess },
): Guess {
  const isOwnBlock = guess.blockedUntil === reserved.blockedUntil;
  const blockedUntil = isOwnBlock ? (before?.blockedUntil ?? 0) : guess.blockedUntil;
  return { ...guess, failures: Math.max(0, guess.failures - 1), blockedUntil };
}

/** The network that counts as one address: for IPv6 the /64, since a customer has all of it. Pure. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) {
    return mapped[1];
  }
  if (!isIPv6(address)) {
    return address;
  }
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const start = head === '' ? [] : head.split(':');
  const end = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - start.length - end.length;
  const groups = [...start, ...Array<string>(zeros).fill('0'), ...end];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
