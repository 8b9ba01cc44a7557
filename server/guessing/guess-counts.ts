import { sql } from 'kysely';
import type { Store } from '../store/store.ts';
import { credentialKey } from './guess-limits.ts';

/** How many credentials and one-time codes are being guessed at now, beyond their limit; for alerts. */
export async function guessCounts(
  store: Store,
  now: number,
): Promise<{ credentials: number; codes: number }> {
  const rows = await store.db
    .selectFrom('guess')
    .select([
      sql<string>`substr(key, 1, 1)`.as('scope'),
      ({ fn }) => fn.countAll<number>().as('count'),
    ])
    // A key that blocks is watched, and watched keys have an index.
    .where('watched_until', '>', now)
    .where('blocked_until', '>', now)
    .groupBy(sql`substr(key, 1, 1)`)
    .execute();
  const of = (scope: string) => Number(rows.find((row) => row.scope === scope)?.count ?? 0);
  return { credentials: of('d') + of('v'), codes: of('o') };
}

/** Whether this credential was tried as often as it may be, so that gates answer its live code only. */
export async function isGuessedAt(
  store: Store,
  credentialId: string,
  now: number,
): Promise<boolean> {
  const row = await store.db
    .selectFrom('guess')
    .select('key')
    .where('key', '=', credentialKey(credentialId))
    .where('blocked_until', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}
