import { type Kysely, sql } from 'kysely';

/**
 * The last row of the table in which programs before this migration recorded theirs. They read its highest
 * version, so that they refuse this database as newer than themselves instead of running on it.
 */
export async function versionTable(db: Kysely<unknown>): Promise<void> {
  await sql`insert into migration (version, name, applied_at)
    values (67, 'version table', ${Date.now()})`.execute(db);
}
