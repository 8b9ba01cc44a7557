import { type Kysely, sql } from 'kysely';
import { type Migration, migrations } from '../../server/store/migrations/all-migrations.ts';
import type { Engine } from '../../server/store/store.ts';

/** The migrations of old releases, which recorded versions in a table of their own. */
export const versioned: [number, Migration][] = Object.entries(migrations)
  .map<[number, Migration]>(([name, up]) => [Number.parseInt(name, 10), up])
  .filter(([version]) => version < 67);

/** Migrates a database to a version as an old release did, with its records. */
export async function migrateAsBefore(
  db: Kysely<unknown>,
  engine: Engine,
  target: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`create table if not exists migration (version integer primary key,
      name text not null, applied_at bigint not null)`.execute(tx);
    for (const [version, up] of versioned.filter(([each]) => each <= target)) {
      await up(tx, engine);
      await sql`insert into migration (version, name, applied_at)
        values (${version}, 'of before', ${1_700_000_000_000 + version})`.execute(tx);
    }
  });
}

/** The version that an old release reads to notice a database newer than itself. */
export async function versionReadBefore<DB>(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    select max(version) as version from migration`.execute(db);
  return rows[0]?.version ?? 0;
}
