import { type Kysely, sql } from 'kysely';
import { VarcoError } from '../../shared/errors.ts';
import { migrations } from './migrations/all-migrations.ts';
import type { Engine } from './store.ts';

/** Any number that no other program uses as a PostgreSQL advisory lock: the letters "varco". */
const MIGRATION_LOCK = 0x766172636f;

/**
 * Brings a database to this program's version, in one transaction; two nodes that start at once do
 * it one after the other.
 *
 * @param target for tests: stop at this version.
 * @throws VarcoError `storeNewer` when the database was written by a newer program.
 */
export async function migrate<DB>(
  typed: Kysely<DB>,
  engine: Engine,
  target = migrations.at(-1)?.version ?? 0,
): Promise<void> {
  const db = typed as unknown as Kysely<unknown>;
  await db.transaction().execute(async (tx) => {
    if (engine === 'postgres') {
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(tx);
    }
    await sql`create table if not exists migration (version integer primary key,
      name text not null, applied_at bigint not null)`.execute(tx);
    const found = await sql<{ version: number | null }>`
      select max(version) as version from migration`.execute(tx);
    const at = found.rows[0]?.version ?? 0;
    const newest = migrations.at(-1)?.version ?? 0;
    if (at > newest) {
      throw new VarcoError(
        'storeNewer',
        `The database is of version ${at}; this program knows up to ${newest}: update varco`,
      );
    }
    for (const step of migrations.filter(({ version }) => version > at && version <= target)) {
      await step.up(tx, engine);
      await sql`insert into migration (version, name, applied_at)
        values (${step.version}, ${step.name}, ${Date.now()})`.execute(tx);
    }
  });
}
