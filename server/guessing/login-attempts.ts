import { isIPv6 } from 'node:net';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import { afterFailure, type Guess, type Limit, waitMs } from './guess-limits.ts';
import { guessesByKey, writeGuesses } from './guess-rows.ts';

/**
 * How many wrong passwords or PINs are free, and how the wait grows. An account is first counted per
 * address, so that a guesser cannot lock the owner out without using many addresses.
 */
export const loginLimits = {
  accountAtAddress: { free: 5, leakMs: 600_000, firstMs: 30_000, longestMs: 3_600_000 },
  account: { free: 25, leakMs: 300_000, firstMs: 30_000, longestMs: 300_000 },
  address: { free: 40, leakMs: 60_000, firstMs: 10_000, longestMs: 900_000 },
} as const satisfies Record<string, Limit>;

/** Counts failed logins per account and per address, across restarts and nodes. */
export class LoginAttempts {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Milliseconds until another attempt may be made; 0 when it may be made now. */
  async waitMs(account: string, address: string): Promise<number> {
    const keys = this.#keys(account, address);
    const found = await this.#store.transaction((tx) => this.#read(tx, keys));
    return waitMs(
      keys.map(([, key]) => found.get(key)),
      this.#now(),
    );
  }

  async recordFailure(account: string, address: string): Promise<void> {
    const keys = this.#keys(account, address);
    await this.#store.transaction(async (tx) => {
      const found = await this.#read(tx, keys);
      const now = this.#now();
      const guesses = keys.map(([scope, key]) =>
        afterFailure(key, found.get(key), loginLimits[scope], now),
      );
      await writeGuesses(this.#store, tx, guesses);
    });
  }

  /** Resets the account's count at this address after a successful login. */
  async recordSuccess(account: string, address: string): Promise<void> {
    const [[, key]] = this.#keys(account, address);
    await this.#store.db.deleteFrom('guess').where('key', '=', key).execute();
  }

  async #read(tx: Tx, keys: readonly (readonly [string, string])[]): Promise<Map<string, Guess>> {
    const rows = await this.#store.lookup(
      tx,
      guessesByKey,
      keys.map(([, key]) => key),
    );
    return new Map(rows.map((row) => [row.key, row]));
  }

  #keys(account: string, address: string) {
    const who = account.trim().toLowerCase();
    const where = networkOf(address);
    const name = (...parts: string[]) =>
      `l ${this.#keyring.oneTimeCodeMac('attempt', ...parts).slice(0, 32)}`;
    return [
      ['accountAtAddress', name('both', who, where)],
      ['account', name('account', who)],
      ['address', name('address', where)],
    ] as const;
  }
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
