import { type Kysely, sql } from 'kysely';

/** Items that a job could not handle in several tries: it goes on without them, and people see them named. */
export async function setAside(db: Kysely<unknown>): Promise<void> {
  await sql`create table set_aside (job text not null, item text not null, code text not null,
    at bigint not null, primary key (job, item))`.execute(db);
}
