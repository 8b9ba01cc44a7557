import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { migrate } from '../../../server/store/migrate.ts';
import { type Migration, migrations } from '../../../server/store/migrations/all-migrations.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { migrateAsBefore, versioned, versionReadBefore } from '../../support/version-table.ts';

const child = fileURLToPath(new URL('../../support/migrating-child.ts', import.meta.url));
const names = Object.keys(migrations);

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let url: string;
  let stores: Store[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-migrate-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    url = (await postgres?.createDatabase()) ?? `sqlite:${join(folder, randomUUID())}.db`;
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    stores = [];
  });

  async function open(): Promise<Store> {
    const store = await openStore(url);
    stores.push(store);
    return store;
  }

  async function prepare(version: number): Promise<void> {
    const db = new Kysely<unknown>({
      dialect: postgres
        ? new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) })
        : new SqliteDialect({ database: new Database(url.slice('sqlite:'.length)) }),
    });
    await migrateAsBefore(db, engine, version);
    await db.destroy();
  }

  async function recorded({ db }: Store): Promise<{ name: string; timestamp: string }[]> {
    const { rows } = await sql<{ name: string; timestamp: string }>`
      select name, timestamp from kysely_migration order by name`.execute(db);
    return rows;
  }

  const namesOf = async (store: Store) => (await recorded(store)).map(({ name }) => name);
  const create = (table: string): Migration => {
    const statement = sql`create table ${sql.table(table)} (id integer primary key)`;
    return async (db) => {
      await statement.execute(db);
    };
  };
  const has = (store: Store, table: string) =>
    sql`select * from ${sql.table(table)}`.execute(store.db).then(
      () => true,
      () => false,
    );

  test('an empty database gets every migration; a program of before refuses it', async () => {
    const store = await open();
    expect(await namesOf(store)).toEqual(names);
    expect(await versionReadBefore(store.db)).toBeGreaterThan(66);
    expect(await namesOf(await open())).toEqual(names);
  });

  test.each([1, 7, 66])(
    'a database of before at version %i goes on from there',
    async (version) => {
      await prepare(version);
      const store = await open();
      const rows = await recorded(store);
      expect(rows.map(({ name }) => name)).toEqual(names);
      const adopted = versioned.filter(([each]) => each <= version);
      expect(rows.slice(0, adopted.length).map(({ timestamp }) => Date.parse(timestamp))).toEqual(
        adopted.map(([each]) => 1_700_000_000_000 + each),
      );
      expect(await versionReadBefore(store.db)).toBeGreaterThan(66);
    },
  );

  test('several servers that start at once on a database of before', async () => {
    await prepare(7);
    const all = await Promise.all([open(), open(), open()]);
    expect(await Promise.all(all.map(namesOf))).toEqual([names, names, names]);
  });

  test('a migration that comes late, with a lower number than others that ran, runs', async () => {
    const store = await open();
    await migrate(store.db, engine, { ...migrations, '9072-later': create('later') });
    const both = { ...migrations, '9072-later': create('later'), '9071-late': create('late') };
    await migrate(store.db, engine, both);
    expect(await namesOf(store)).toEqual([...names, '9071-late', '9072-later']);
    expect(await has(store, 'late')).toBe(true);
  });

  test('a database of a newer program is refused, also one that is newer by a late migration', async () => {
    const store = await open();
    await migrate(store.db, engine, { ...migrations, '0008-late': create('late') });
    await expect(openStore(url)).rejects.toMatchObject({ code: 'storeNewer' });
    expect(await namesOf(store)).toContain('0008-late');
  });

  test('a database of before, but of a version that is not known here, is refused', async () => {
    await prepare(66);
    const { '0066-audit-segments': _, ...fewer } = migrations;
    const store = await open();
    await expect(migrate(store.db, engine, fewer)).rejects.toMatchObject({ code: 'storeNewer' });
  });

  test('when one migration fails, none is recorded and nothing of them is left', async () => {
    const store = await open();
    const failing = { ...migrations, '9071-whole': create('whole'), '9072-again': create('whole') };
    await expect(migrate(store.db, engine, failing)).rejects.toThrow(/whole/);
    expect(await namesOf(store)).toEqual(names);
    expect(await has(store, 'whole')).toBe(false);
  });

  test('kill -9 in the middle of a migration leaves the database as it was', async () => {
    const migrating = fork(child, [url], { execArgv: ['--import', 'tsx'] });
    await once(migrating, 'message');
    migrating.kill('SIGKILL');
    await once(migrating, 'exit');
    const store = await open();
    expect(await namesOf(store)).toEqual(names);
    expect(await has(store, 'whole')).toBe(false);
    const next = { ...migrations, '9071-whole': create('whole'), '9072-half': create('half') };
    await migrate(store.db, engine, next);
    expect(await namesOf(store)).toEqual([...names, '9071-whole', '9072-half']);
  });
});
