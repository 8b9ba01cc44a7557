import { type Kysely, sql } from 'kysely';

/**
 * Counts that are close to their limit are read in one go, not only those that block. A one-time code names
 * the message that carries it, so that it is good only once that has been sent.
 */
export async function watchedGuesses(db: Kysely<unknown>): Promise<void> {
  await sql`alter table guess add column watched_until bigint not null default 0`.execute(db);
  await sql`update guess set watched_until = blocked_until`.execute(db);
  await sql`create index guess_watched on guess (watched_until)`.execute(db);
  await sql`create index guess_last on guess (last_at)`.execute(db);
  await sql`drop index guess_blocked`.execute(db);
  await sql`alter table one_time_code add column message_key text`.execute(db);
}
