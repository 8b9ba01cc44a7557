import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KyselyPlugin } from 'kysely';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import {
  actor,
  administrator,
  enrolKiosk,
  type FleetApp,
  makeSite,
  startFleetApp,
  until,
} from '../../../support/fleet-app.ts';

const GATES = 60;

/** How many whole rows of a table a node read. */
type Reads = Map<string, number>;

/** Counts what is read of a store from now on. */
function countReads(store: Store): Reads {
  const reads: Reads = new Map();
  const tables = new WeakMap<object, string>();
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const text = JSON.stringify(node);
      const table = /"froms":\[\{"kind":"TableNode".*?"name":"(\w+)"/.exec(text)?.[1];
      if (node.kind === 'SelectQueryNode' && table && text.includes('"SelectAllNode"')) {
        tables.set(queryId, table);
      }
      return node;
    },
    async transformResult({ result, queryId }) {
      const table = tables.get(queryId);
      if (table !== undefined) {
        reads.set(table, (reads.get(table) ?? 0) + result.rows.length);
      }
      return result;
    },
  };
  Object.defineProperty(store, 'db', { value: store.db.withPlugin(plugin) });
  return reads;
}

describe.each(['sqlite', 'postgres'] as const)('two nodes on %s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let stores: Store[];
  let here: FleetApp;
  let there: FleetApp;
  let reads: Reads;
  let gates: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-roster-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const url = postgres
      ? await postgres.createDatabase()
      : `sqlite:${join(folder, randomUUID())}.db`;
    stores = [await openStore(url), await openStore(url)];
    const [own, other] = stores as [Store, Store];
    reads = countReads(other);
    here = await startFleetApp(own, { node: 'node-a' });
    there = await startFleetApp(other, { node: 'node-b' });
    gates = await makeSite(here.app, 'torino', GATES);
    await makeSite(here.app, 'venezia', 1);
    await until(there.app, () => there.app.fleet.roster.get('venezia-1') !== undefined);
    await looked(there);
    reads.clear();
  });
  afterEach(async () => {
    await Promise.all([here.app.stop(), there.app.stop()]);
    await Promise.all(stores.map((store) => store.close()));
  });

  /** Resolves after a look at the activities so far. */
  const looked = ({ app }: FleetApp) => app.fleet.rosterSync.look();

  test('one edit of one gate among many reads one gate on the other node', async () => {
    const [gate = ''] = gates;
    await here.app.fleet.gates.change(administrator, gate, { title: 'Nuovo' });
    expect(here.app.fleet.rows([gate])[0]?.name).toBe('Nuovo');
    await until(there.app, () => there.app.fleet.rows([gate])[0]?.name === 'Nuovo');
    await looked(there);
    // Once for the notice, and once for the activity, in case that the notice is lost.
    expect(reads.get('gate')).toBeLessThanOrEqual(2);
    expect(reads.get('gate')).toBeGreaterThan(0);
    expect(reads.get('site') ?? 0).toBe(0);
    expect(reads.get('kiosk_state') ?? 0).toBe(0);
    expect(there.app.fleet.rows()).toHaveLength(GATES + 1);
  });

  test('a site that is renamed reads no gate, and changes all of its rows', async () => {
    const changed = new Set<string>();
    there.app.fleet.bus.on('viewChanged', 'test', (view) => {
      for (const gate of view.gates) {
        changed.add(gate);
      }
    });
    await here.app.fleet.sites.change(administrator, 'torino', { title: 'Museo Egizio' });
    await until(there.app, () => there.app.fleet.rows(gates)[0]?.siteName === 'Museo Egizio');
    await looked(there);
    expect(reads.get('site')).toBeLessThanOrEqual(2);
    expect(reads.get('gate') ?? 0).toBe(0);
    expect([...changed].sort()).toEqual([...gates].sort());
  });

  test('a removed gate disappears on both nodes, with its kiosk', async () => {
    const [gate = ''] = gates;
    const { client, kioskId } = await enrolKiosk(here, gate);
    await client.boot();
    await until(there.app, () => there.app.fleet.roster.ofKiosk(kioskId)?.node === 'node-a');
    const changed: string[] = [];
    there.app.fleet.bus.on('viewChanged', 'test', (view) => void changed.push(...view.gates));
    await here.app.fleet.gates.remove(administrator, gate, 'closed');
    expect(await client.closed).toBe(4403);
    for (const { app } of [here, there]) {
      await until(app, () => app.fleet.roster.get(gate) === undefined);
      expect(app.fleet.roster.ofKiosk(kioskId)).toBeUndefined();
      expect(app.fleet.rowsFor(actor('viewer', ['torino']))).toHaveLength(GATES - 1);
    }
    await expect.poll(() => changed).toContain(gate);
  });

  test.runIf(engine === 'postgres')('a lost connection is followed by a full read', async () => {
    const all = new Promise<void>((resolve) => {
      there.app.fleet.bus.on('remoteRosterChanged', 'test', (change) => {
        if (change === 'all') {
          resolve();
        }
      });
    });
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where query like 'listen %' and pid <> pg_backend_pid()`.execute((stores[0] as Store).db);
    await all;
    await until(there.app, () => (reads.get('gate') ?? 0) >= GATES + 1);
  });
});
