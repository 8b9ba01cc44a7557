import type { BulkInsert, Lookup, Store, Tx } from '../store/store.ts';
import type { Guess } from './guess-limits.ts';

const columns = `key, failures, last_at as "lastAt", blocked_until as "blockedUntil",
    watched_until as "watchedUntil"`;

export const guessesByKey: Lookup<Guess> = {
  head: `select ${columns} from guess where key`,
  keyType: 'text',
  isUnique: true,
};

/** Sorted before they are locked, so that two nodes never wait for each other's rows. */
const lockedGuesses: Lookup<Guess> = {
  head: `select ${columns} from guess
    where guess.key in (select keys.key from keys) order by guess.key`,
  keyType: 'text',
  isJoined: true,
  isLocked: true,
};

const guessColumns: BulkInsert['columns'] = {
  key: 'text',
  failures: 'integer',
  last_at: 'bigint',
  blocked_until: 'bigint',
  watched_until: 'bigint',
};
const addGuesses: BulkInsert = {
  table: 'guess',
  columns: guessColumns,
  tail: 'on conflict (key) do nothing',
};
const upsertGuesses: BulkInsert = {
  table: 'guess',
  columns: guessColumns,
  tail: `on conflict (key) do update set failures = excluded.failures,
    last_at = excluded.last_at, blocked_until = excluded.blocked_until,
    watched_until = excluded.watched_until`,
};

/**
 * Locks the counts of these keys until the transaction ends, and reads them: another node that wants one of
 * them waits, and then sees what was written. Keys without a count are locked too. SQLite has one writer, so
 * there the transaction itself is the lock.
 */
export async function lockGuesses(
  store: Store,
  tx: Tx,
  keys: Iterable<string>,
  now: number,
): Promise<Map<string, Guess>> {
  const sorted = [...new Set(keys)].sort();
  if (store.engine === 'postgres') {
    await store.insertMany(
      tx,
      addGuesses,
      sorted.map((key) => [key, 0, now, 0, 0]),
    );
  }
  const rows = await store.lookup(tx, lockedGuesses, sorted);
  return new Map(rows.map((row) => [row.key, row]));
}

/** Writes counts that this transaction has locked. */
export async function writeGuesses(store: Store, tx: Tx, guesses: Iterable<Guess>): Promise<void> {
  const rows = [...guesses].sort((a, b) => (a.key < b.key ? -1 : 1));
  await store.insertMany(
    tx,
    upsertGuesses,
    rows.map(({ key, failures, lastAt, blockedUntil, watchedUntil }) => {
      return [key, failures, lastAt, blockedUntil, watchedUntil];
    }),
  );
}
