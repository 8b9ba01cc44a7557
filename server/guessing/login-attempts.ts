import { isIPv6 } from 'node:net';
import type { Keyring } from '../keys/keyring.ts';
import type { BulkInsert, Store, Tx } from '../store/store.ts';
import { afterFailure, type Guess, type Limit, waitMs } from './guess-limits.ts';

/**
 * How many wrong passwords or PINs are free, and how the wait grows. An account is counted at one address
 * first: who doesn't know a password can't keep its owner out by trying, short of using many addresses.
 */
export const loginLimits = {
  accountAtAddress: { free: 5, leakMs: 600_000, firstMs: 30_000, longestMs: 3_600_000 },
  account: { free: 25, leakMs: 300_000, firstMs: 30_000, longestMs: 300_000 },
  address: { free: 40, leakMs: 60_000, firstMs: 10_000, longestMs: 900_000 },
} as const satisfies Record<string, Limit>;

const insert: BulkInsert = {
  table: 'guess',
  columns: { key: 'text', failures: 'integer', last_at: 'bigint', blocked_until: 'bigint' },
  tail: `on conflict (key) do update set failures = excluded.failures,
    last_at = excluded.last_at, blocked_until = excluded.blocked_until`,
};

/** Counts failed logins per account and per address, over restarts and nodes. */
export class LoginAttempts {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** How long until a try is looked at again, in milliseconds; 0: now. */
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
      const rows = keys
        .map(([scope, key]) => afterFailure(key, found.get(key), loginLimits[scope], now))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      await this.#store.insertMany(
        tx,
        insert,
        rows.map((row) => [row.key, row.failures, row.lastAt, row.blockedUntil]),
      );
    });
  }

  /** The right secret came: what was counted for the account at this address is forgotten. */
  async recordSuccess(account: string, address: string): Promise<void> {
    const [[, key]] = this.#keys(account, address);
    await this.#store.db.deleteFrom('guess').where('key', '=', key).execute();
  }

  async #read(tx: Tx, keys: readonly (readonly [string, string])[]): Promise<Map<string, Guess>> {
    const rows = await this.#store.lookup<Guess>(
      tx,
      {
        head: `select key, failures, last_at as "lastAt", blocked_until as "blockedUntil"
          from guess where key`,
        keyType: 'text',
      },
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

/** An IPv6 customer has a whole /64 of addresses: they count as one. Pure. */
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
