import { type Kysely, sql } from 'kysely';

/** What waits now is read in one go, by when it ends. */
export async function guessesByEnd(db: Kysely<unknown>): Promise<void> {
  await sql`create index guess_blocked on guess (blocked_until)`.execute(db);
}
