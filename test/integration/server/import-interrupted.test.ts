import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import type { App } from '../../../server/app.ts';
import { fingerprintOf, importFile } from '../../../server/registry/import.ts';
import { samplePopulation } from '../../../server/registry/sample.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { keyringFile, startApp } from '../../support/server-app.ts';

const child = fileURLToPath(new URL('../../support/importing-child.ts', import.meta.url));
const PERSONS = 12_000;
const sample = [...samplePopulation({ persons: PERSONS, seed: 5, privacyVersion: '2026-01' })];
const text = sample.map((row) => `${JSON.stringify(row)}\n`).join('');

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-import-'));
  file = join(folder, 'verbali.ndjson');
  await writeFile(file, text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function take(app: App) {
  const fingerprint = await fingerprintOf(Readable.from([text]), 'ndjson');
  const options = { format: 'ndjson', fingerprint, onReject() {} } as const;
  return importFile(app.registry, createReadStream(file), options);
}

const counted = async (store: Store) => {
  const { rows } = await sql<{ persons: number; verbali: number; events: number; last: number }>`
    select (select count(*) from person where id > 0) as persons,
      (select count(*) from verbale) as verbali, (select count(*) from status_event) as events,
      (select value from counter where name = 'statusEvent') as last`.execute(store.db);
  return rows[0];
};

/** All there, each status and its event once, and the same as for whoever reads the file at once. */
async function expectWhole(store: Store): Promise<void> {
  const has = await counted(store);
  const verbali = sample.filter(({ protocol }) => protocol !== undefined).length;
  expect(has).toMatchObject({ persons: PERSONS, verbali });
  // Numbers have no gaps: what was rolled back took its numbers with it.
  expect(has?.events).toBe(has?.last);
  const { rows } = await sql<{ wrong: number }>`select count(*) as wrong from person p
    where status <> coalesce((select e.status from status_event e where e.person_id = p.id
      order by sequence desc limit 1), '{}') and id > 0`.execute(store.db);
  expect(rows).toEqual([{ wrong: 0 }]);
}

/** Starts an import in a process of its own, and kills it in the middle of what follows a batch. */
async function importAndKill(path: string, delayMs: number): Promise<number> {
  const running = fork(child, [path, JSON.stringify(keyringFile), file], {
    execArgv: ['--import', 'tsx'],
  });
  const [lines] = (await once(running, 'message')) as [number];
  setTimeout(() => running.kill('SIGKILL'), delayMs);
  const [code, signal] = (await once(running, 'exit')) as [number | null, string | null];
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  return lines;
}

test('SQLite: killed in the middle of an import, it goes on; nothing half, nothing twice', async () => {
  const path = join(folder, 'varco.db');
  const reported = [await importAndKill(path, 0), await importAndKill(path, 15)];
  expect(reported[1]).toBeGreaterThan(reported[0] as number);
  const store = await openStore(`sqlite:${path}`);
  const app = await startApp(store);
  const before = await counted(store);
  expect(before?.persons).toBeLessThan(PERSONS);
  const counts = await take(app);
  // What was reported is kept, and is not read again.
  expect(counts.unchanged).toBe(0);
  expect(counts.verbali).toBe(
    sample.filter(({ protocol }) => protocol !== undefined).length - (before?.verbali ?? 0),
  );
  await expectWhole(store);
  await app.stop();
  await store.close();
}, 60_000);

test('PostgreSQL: the connection ended in the middle of a transaction; again, it goes on', async () => {
  const postgres = await startPostgres();
  const url = await postgres.createDatabase();
  const store = await openStore(url);
  const app = await startApp(store);
  const other = new pg.Client({ connectionString: url });
  try {
    await other.connect();
    // Whoever numbers changes waits here: persons and verbali are written by then, and not committed.
    await other.query('begin');
    await other.query(`select value from counter where name = 'statusEvent' for update`);
    const failed = expect(take(app)).rejects.toMatchObject({ code: 'storeUnavailable' });
    const end = sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await expect
      .poll(async () => (await end.execute(store.db)).rows.length, { timeout: 20_000 })
      .toBe(1);
    await failed;
    await other.query('rollback');
    expect(await counted(store)).toEqual({ persons: 0, verbali: 0, events: 0, last: 0 });
    await take(app);
    await expectWhole(store);
  } finally {
    await other.end();
    await app.stop();
    await store.close();
    await postgres.stop();
  }
}, 60_000);
