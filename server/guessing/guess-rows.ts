import type { BulkInsert, Lookup, Store, Tx } from '../store/store.ts';
import type { Guess } from './guess-limits.ts';

export const guessesByKey: Lookup<Guess> = {
  head: `select key, failures, last_at as "lastAt", blocked_until as "blockedUntil"
    from guess where key`,
  keyType: 'text',
  isUnique: true,
};

const upsertGuesses: BulkInsert = {
  table: 'guess',
  columns: { key: 'text', failures: 'integer', last_at: 'bigint', blocked_until: 'bigint' },
  tail: `on conflict (key) do update set failures = excluded.failures,
    last_at = excluded.last_at, blocked_until = excluded.blocked_until`,
};

/** Writes counts in the order of their keys, so that two nodes never deadlock on each other's rows. */
export async function writeGuesses(store: Store, tx: Tx, guesses: Iterable<Guess>): Promise<void> {
  const rows = [...guesses].sort((a, b) => (a.key < b.key ? -1 : 1));
  await store.insertMany(
    tx,
    upsertGuesses,
    rows.map(({ key, failures, lastAt, blockedUntil }) => [key, failures, lastAt, blockedUntil]),
  );
}
