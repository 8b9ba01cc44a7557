import { type Kysely, Migrator, sql, type Transaction } from 'kysely';
import { VarcoError } from '../../shared/errors.ts';
import { type Migration, migrations } from './migrations/all-migrations.ts';
import type { Engine } from './store.ts';

/** The advisory lock that programs before migration 67 hold while they migrate: the letters "varco". */
const VERSION_TABLE_LOCK = 0x766172636f;

/**
 * Runs every migration that the database has not recorded, all of them or none: in one transaction, under
 * Kysely's lock on PostgreSQL and the write lock on SQLite, so that nodes that start together take turns.
 * A process that dies midway leaves the database as it was.
 *
 * @param known for tests: the program's migrations by name.
 * @throws VarcoError `storeNewer` when the database has recorded a migration that this program lacks.
 */
export async function migrate<DB>(
  db: Kysely<DB>,
  engine: Engine,
  known: Readonly<Record<string, Migration>> = migrations,
): Promise<void> {
  await db.transaction().execute((tx) => adoptVersionTable(tx, engine, known));
  const runnable = Object.entries(known).map(
    ([name, up]) => [name, { up: (tx: Kysely<unknown>) => up(tx, engine) }] as const,
  );
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(Object.fromEntries(runnable)) },
    // Two branches number their migrations independently, so one with a lower number may be released
    // after a higher one has run. It runs late; the default would refuse to start.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await refuseNewer(db, known);
    throw error;
  }
}

/**
 * Copies what earlier programs recorded in their own table, `migration`, to the migrator's. That table stays:
 * see migration 67.
 */
async function adoptVersionTable<DB>(
  tx: Transaction<DB>,
  engine: Engine,
  known: Readonly<Record<string, Migration>>,
): Promise<void> {
  if (engine === 'postgres') {
    await sql`select pg_advisory_xact_lock(${sql.lit(VERSION_TABLE_LOCK)})`.execute(tx);
  }
  await sql`create table if not exists migration (version integer primary key,
    name text not null, applied_at bigint not null)`.execute(tx);
  // As the migrator itself would create it.
  await sql`create table if not exists kysely_migration (name varchar(255) not null primary key,
    timestamp varchar(255) not null)`.execute(tx);
  const { rows } = await sql<{ version: number; applied_at: number | string }>`
    select version, applied_at from migration order by version`.execute(tx);
  for (const { version, applied_at } of rows) {
    const name = Object.keys(known).find((each) => Number.parseInt(each, 10) === version);
    if (name === undefined) {
      throw newer(`version ${version}`);
    }
    const timestamp = new Date(Number(applied_at)).toISOString();
    await sql`insert into kysely_migration (name, timestamp) values (${name}, ${timestamp})
      on conflict (name) do nothing`.execute(tx);
  }
}

async function refuseNewer<DB>(
  db: Kysely<DB>,
  known: Readonly<Record<string, Migration>>,
): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select name from kysely_migration order by name`.execute(db);
  const unknown = rows.find(({ name }) => !Object.hasOwn(known, name));
  if (unknown) {
    throw newer(`migration ${unknown.name}`);
  }
}

function newer(recorded: string): VarcoError {
  return new VarcoError(
    'storeNewer',
    `The database has ${recorded}, which this program does not know: update varco`,
  );
}
