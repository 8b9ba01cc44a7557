import type { BulkInsert, Lookup, Store, Tx } from '../store/store.ts';
import { afterFailure, type Guess, guessLimits, keysOf, waitMs } from './guess-limits.ts';

type Try = Parameters<typeof keysOf>[0];

const lookup: Lookup<Guess> = {
  head: `select key, failures, last_at as "lastAt", blocked_until as "blockedUntil"
    from guess where key`,
  keyType: 'text',
  isUnique: true,
};
/** Keys that wait, at most, that are read at once; with more, each try's own keys are looked up. */
const BLOCKED_MAX = 256;
const waiting: Lookup<Guess> = {
  head: `select key, failures, last_at as "lastAt", blocked_until as "blockedUntil"
    from guess where blocked_until > (select keys.key from keys) limit ${BLOCKED_MAX + 1}`,
  keyType: 'bigint',
  isJoined: true,
};
const insert: BulkInsert = {
  table: 'guess',
  columns: { key: 'text', failures: 'integer', last_at: 'bigint', blocked_until: 'bigint' },
  tail: `on conflict (key) do update set failures = excluded.failures,
    last_at = excluded.last_at, blocked_until = excluded.blocked_until`,
};

/**
 * The counts of one batch of tries, changed in memory in the batch's order and written at once. What waits
 * is read in one go, since most of the time nothing does; the counts of those who failed are read when
 * they are needed. Two nodes that count one key in the same millisecond may lose one of the two failures.
 */
export class Guesses {
  readonly #known: Map<string, Guess>;
  readonly #changed = new Map<string, Guess>();

  private constructor(known: Map<string, Guess>) {
    this.#known = known;
  }

  static async read(store: Store, tx: Tx, tries: readonly Try[], now: number): Promise<Guesses> {
    const blocked = await store.lookup(tx, waiting, [now]);
    const rows =
      blocked.length > BLOCKED_MAX ? await store.lookup(tx, lookup, allKeysOf(tries)) : blocked;
    return new Guesses(new Map(rows.map((row) => [row.key, row])));
  }

  /** How long until a try is looked at again; 0: now. */
  waitMs(one: Try, now: number): number {
    // Most of the time nobody has failed anywhere.
    if (this.#known.size === 0) {
      return 0;
    }
    return waitMs(
      keysOf(one).map(([, key]) => this.#known.get(key)),
      now,
    );
  }

  /** Reads the counts of tries that may fail: before any of them is told by {@link recordFailure}. */
  async preload(store: Store, tx: Tx, tries: readonly Try[]): Promise<void> {
    for (const row of await store.lookup(tx, lookup, allKeysOf(tries))) {
      this.#known.set(row.key, row);
    }
  }

  /** Counts a failure of a try that was expected. */
  recordFailure(one: Try, now: number): void {
    for (const [scope, key] of keysOf(one)) {
      const guess = afterFailure(key, this.#known.get(key), guessLimits[scope], now);
      this.#known.set(key, guess);
      this.#changed.set(key, guess);
    }
  }

  async write(store: Store, tx: Tx): Promise<void> {
    if (this.#changed.size === 0) {
      return;
    }
    // Always in one order, so that two nodes never wait for each other in a circle.
    const rows = [...this.#changed.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    await store.insertMany(
      tx,
      insert,
      rows.map(({ key, failures, lastAt, blockedUntil }) => [key, failures, lastAt, blockedUntil]),
    );
  }
}

function allKeysOf(tries: readonly Try[]): string[] {
  return [...new Set(tries.flatMap((one) => keysOf(one).map(([, key]) => key)))];
}
