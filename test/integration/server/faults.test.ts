import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { verifyAudit } from '../../../server/audit/verify-chain.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';

let folder: string;
let path: string;
let store: Store;
let app: App;
let ask: () => Promise<string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-faults-'));
  path = join(folder, 'varco.db');
  store = await openStore(`sqlite:${path}`);
  app = await startApp(store);
  ask = await asking(app);
});
afterEach(async () => {
  await app.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

async function asking(of: App): Promise<() => Promise<string>> {
  const [one] = await seedPeople(of);
  return async () => {
    const { verdict } = await of.verification.verify({
      asker: { id: 'kiosk:1', site: 's' },
      requestId: randomUUID(),
      credentialId: one?.credentialId ?? '',
      codiceFiscale: one?.person.codiceFiscale ?? '',
      policy: DEMO_POLICY,
    });
    return verdict.outcome;
  };
}

async function ready(of: App) {
  const { statusCode, body } = await of.http.inject('/readyz');
  return [statusCode, JSON.parse(body).problems];
}

test('a locked database: no answer, not ready, and both come back by themselves', async () => {
  const other = new Database(path);
  other.exec('begin immediate');
  await expect(ask()).rejects.toMatchObject({ code: 'storeUnavailable' });
  expect(await ready(app)).toEqual([503, ['storeUnavailable']]);
  other.exec('rollback');
  other.close();
  expect(await ask()).toBe('granted');
  expect(await ready(app)).toEqual([200, undefined]);
  expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
});

test('a full disk: no answer and no half of one', async () => {
  const size = new Database(path);
  const pages = size.pragma('page_count', { simple: true }) as number;
  size.close();
  await sql`pragma max_page_count = ${sql.lit(pages)}`.execute(store.db);
  let failed: unknown;
  for (let tried = 0; tried < 500 && !failed; tried += 1) {
    failed = await ask().then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  expect(failed).toMatchObject({ code: 'storeUnavailable' });
  await sql`pragma max_page_count = 1000000`.execute(store.db);
  expect(await ask()).toBe('granted');
  expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
});

test('a closed database: no answer, not ready', async () => {
  await store.close();
  await expect(ask()).rejects.toMatchObject({ code: 'storeUnavailable' });
  expect(await ready(app)).toEqual([503, ['storeUnavailable']]);
  store = await openStore(`sqlite:${path}`);
});

test('a file that is no database is reported as damaged', async () => {
  const bad = join(folder, 'bad.db');
  await writeFile(bad, 'this is no database, but long enough to be one'.repeat(100));
  await expect(openStore(`sqlite:${bad}`)).rejects.toMatchObject({ code: 'storeCorrupt' });
  const nowhere = `sqlite:${join(folder, 'no', 'where.db')}`;
  await expect(openStore(nowhere)).rejects.toMatchObject({ code: 'storeUnavailable' });
  await expect(openStore('mysql://x')).rejects.toMatchObject({ code: 'storeUnknown' });
});

test('a backup made while gates ask is whole, and serves in the place of the lost database', async () => {
  const copy = join(folder, 'copy.db');
  const asked = Promise.all(Array.from({ length: 50 }, () => ask()));
  await store.backup(copy);
  await asked;
  const restored = join(folder, 'restored.db');
  await copyFile(copy, restored);
  const second = await openStore(`sqlite:${restored}`);
  const again = await startApp(second);
  expect((await verifyAudit(second, testKeyring)).problems).toEqual([]);
  const events = await again.registry.statusEvents(0);
  expect(events).toEqual(await app.registry.statusEvents(0));
  await again.stop();
  await second.close();
});

test('PostgreSQL restarts: unavailable meanwhile, and back without a restart of ours', async () => {
  const postgres = await startPostgres();
  const remote = await openStore(await postgres.createDatabase());
  const node = await startApp(remote, { node: 'node-pg' });
  const askRemote = await asking(node);
  expect(await askRemote()).toBe('granted');
  await postgres.pause();
  await expect(askRemote()).rejects.toMatchObject({ code: 'storeUnavailable' });
  expect(await ready(node)).toEqual([503, ['storeUnavailable']]);
  await postgres.resume();
  expect(await askRemote()).toBe('granted');
  expect(await ready(node)).toEqual([200, undefined]);
  await node.stop();
  await remote.close();
  await postgres.stop();
});
