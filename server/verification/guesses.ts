import type { BulkInsert, Lookup, Store, Tx } from '../store/store.ts';
import { afterFailure, type Guess, keysOf, limits, waitMs } from './limits.ts';

type Try = Parameters<typeof keysOf>[0];

const lookup: Lookup = {
  head: `select key, failures, last_at as "lastAt", blocked_until as "blockedUntil"
    from guess where key`,
  keyType: 'text',
  isUnique: true,
};
const insert: BulkInsert = {
  table: 'guess',
  columns: { key: 'text', failures: 'integer', last_at: 'bigint', blocked_until: 'bigint' },
  tail: `on conflict (key) do update set failures = excluded.failures,
    last_at = excluded.last_at, blocked_until = excluded.blocked_until`,
};

/**
 * The counts of one batch of tries: read at once, changed in memory in the batch's order, written at
 * once. Two nodes that count one key in the same millisecond may lose one of the two failures.
 */
export class Guesses {
  readonly #keys: Map<Try, ReturnType<typeof keysOf>>;
  readonly #known: Map<string, Guess>;
  readonly #changed = new Map<string, Guess>();

  private constructor(keys: Map<Try, ReturnType<typeof keysOf>>, known: Map<string, Guess>) {
    this.#keys = keys;
    this.#known = known;
  }

  static async read(store: Store, tx: Tx, tries: readonly Try[]): Promise<Guesses> {
    const keys = new Map(tries.map((one) => [one, keysOf(one)]));
    const wanted = new Set<string>();
    for (const own of keys.values()) {
      for (const [, key] of own) {
        wanted.add(key);
      }
    }
    const rows = await store.lookup<Guess>(tx, lookup, [...wanted]);
    return new Guesses(keys, new Map(rows.map((row) => [row.key, row])));
  }

  waitMs(one: Try, now: number): number {
    // Most of the time nobody has failed anywhere.
    if (this.#known.size === 0) {
      return 0;
    }
    return waitMs(
      this.#keysOf(one).map(([, key]) => this.#known.get(key)),
      now,
    );
  }

  failed(one: Try, now: number): void {
    for (const [scope, key] of this.#keysOf(one)) {
      const guess = afterFailure(key, this.#known.get(key), limits[scope], now);
      this.#known.set(key, guess);
      this.#changed.set(key, guess);
    }
  }

  #keysOf(one: Try): ReturnType<typeof keysOf> {
    return this.#keys.get(one) ?? keysOf(one);
  }

  async write(store: Store, tx: Tx): Promise<void> {
    // Always in one order, so that two nodes never wait for each other in a circle.
    const rows = [...this.#changed.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    await store.insertMany(
      tx,
      insert,
      rows.map(({ key, failures, lastAt, blockedUntil }) => [key, failures, lastAt, blockedUntil]),
    );
  }
}
