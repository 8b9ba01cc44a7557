import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import type { App } from '../../../server/app.ts';
import type { Status } from '../../../server/registry/person-status.ts';
import type { RegistryRow } from '../../../server/registry/prepare.ts';
import { createRecordChecker } from '../../../server/registry/record-check.ts';
import { samplePopulation } from '../../../server/registry/sample.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { GateLookup } from '../../../server/verification/gate-lookup.ts';
import { VarcoError } from '../../../shared/errors.ts';
import { startApp } from '../../support/server-app.ts';

const actor = 'test';

/** People of the sample who may have a code, row by row. */
const people = new Map<string, RegistryRow[]>();
const check = createRecordChecker('2026-06-01');
for (const record of samplePopulation({ persons: 200, seed: 5, privacyVersion: '2026-01' })) {
  const row = check(record);
  if ('reason' in row || !row.verbale) {
    continue;
  }
  const { codiceFiscale, mobile, email, privacyVersion } = row.person;
  if (!mobile || !email || !privacyVersion) {
    continue;
  }
  people.set(codiceFiscale, [...(people.get(codiceFiscale) ?? []), row]);
}
/** Those of them whose status changes. */
const codes = [...people].flatMap(([code, rows]) => (rows.length > 1 ? [code] : [])).slice(0, 8);

const steps = [
  'import',
  'issue',
  'card',
  'revoke',
  'lock',
  'unlock',
  'reissue',
  'expire',
  'erase',
  'forget',
] as const;
const step = fc.record({
  what: fc.oneof(
    {
      weight: 10,
      arbitrary: fc.constantFrom('import' as const, 'issue' as const, 'card' as const),
    },
    { weight: 10, arbitrary: fc.constantFrom(...steps) },
  ),
  code: fc.constantFrom(...codes),
  /** Of a history's rows, the first ones. */
  rows: fc.integer({ min: 1, max: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** What gates read, worked out from the tables in which it stands for good. */
async function expected(store: Store) {
  const rows = await store.db
    .selectFrom('credential as c')
    .innerJoin('person as p', 'p.id', 'c.person_id')
    .select(['c.id', 'p.id as person', 'p.code_mac', 'p.status'])
    .select(['c.kind', 'c.state', 'c.expires_at', 'c.companion'])
    .orderBy('c.id')
    .execute();
  return rows.map(({ id, status, ...row }) => {
    const facts = Object.entries(JSON.parse(status) as Status).map(([area, said]) => {
      const { protocol: _p, definitiveOn: _d, revisionOn: _r, ...rest } = said;
      return [area, rest];
    });
    return { id, key: BigInt(`0x${id.slice(0, 15)}`), facts: Object.fromEntries(facts), ...row };
  });
}

async function kept(store: Store) {
  const rows = await store.db
    .selectFrom('gate_record as g')
    .leftJoin('gate_facts as f', 'f.id', 'g.facts')
    .select(['g.credential_id as id', 'g.person_id as person', 'g.code_mac', 'f.body'])
    .select(['g.kind', 'g.state', 'g.expires_at', 'g.companion'])
    .select(sql<string>`cast(g.key as text)`.as('key'))
    .orderBy('g.credential_id')
    .execute();
  return rows.map(({ body, key, ...row }) => {
    return { ...row, key: BigInt(key), facts: JSON.parse(body ?? 'null') };
  });
}

describe.each(['sqlite', 'postgres'] as const)('what gates read, %s', (engine) => {
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
  let serial = 0;
  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(() => postgres?.stop());
  beforeEach(async () => {
    store = await openStore(postgres ? await postgres.createDatabase() : 'sqlite::memory:');
    app = await startApp(store);
  });
  afterEach(async () => {
    await app.stop();
    await store.close();
  });

  async function take({ what, code, rows }: Step): Promise<void> {
    if (what === 'import') {
      await app.registry.importRows((people.get(code) ?? []).slice(0, rows));
      return;
    }
    const person = await app.registry.findPerson(code);
    if (!person) {
      return;
    }
    if (what === 'issue') {
      await app.credentials.issue(code, { actor, unchecked: 'status' });
    } else if (what === 'card') {
      const card = { serial: String(serial++), expiresAt: Date.now() + 1e9, companion: rows > 1 };
      await app.credentials.issue(code, { actor, unchecked: 'status', card });
    } else if (what === 'erase') {
      await app.registry.erase(person.id, { actor });
    } else {
      const [newest] = await app.credentials.listForPerson(person.id);
      await change(what, newest?.id ?? '');
    }
  }

  async function change(
    what: 'revoke' | 'lock' | 'unlock' | 'reissue' | 'expire' | 'forget',
    id: string,
  ): Promise<void> {
    const { credentials } = app;
    switch (what) {
      case 'revoke':
        return credentials.revoke(id, { actor, reason: 'lost' });
      case 'lock':
        return credentials.lock(id, { actor });
      case 'unlock':
        return credentials.unlock(id, { actor });
      case 'reissue':
        await credentials.reissue(id, { actor, reason: 'lost' });
        return;
      case 'expire':
        await store.db
          .updateTable('credential')
          .set({ expires_at: 1 })
          .where('id', '=', id)
          .execute();
        return;
      case 'forget':
        // No room of ours does it; whoever does it by hand leaves nothing at the gates.
        await store.db.deleteFrom('credential_event').where('credential_id', '=', id).execute();
        await store.db.deleteFrom('credential').where('id', '=', id).execute();
    }
  }

  test('it is what stands in the tables, whatever happens to codes and people', async () => {
    await app.registry.importRows(codes.flatMap((code) => people.get(code)?.slice(0, 1) ?? []));
    let met = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (all) => {
        for (const one of all) {
          await take(one).catch((error: unknown) => {
            // Such as a second code, or one that is no more: the rooms refuse what can't be.
            expect(error).toBeInstanceOf(VarcoError);
          });
        }
        const now = await kept(store);
        expect(now).toEqual(await expected(store));
        met = Math.max(met, now.length);
      }),
      { numRuns: 12 },
    );
    expect(met).toBeGreaterThan(3);
  });

  test('what statuses say is kept parsed, but not all of it; a text that is gone is no answer', async () => {
    await app.registry.importRows([...people.values()].flat());
    const ids: string[] = [];
    for (const code of [...people.keys()].slice(0, 30)) {
      ids.push((await app.credentials.issue(code, { actor, unchecked: 'status' })).id);
    }
    const lookup = new GateLookup(store, 5);
    const find = (some: string[]) => store.transaction((tx) => lookup.find(tx, some, Date.now()));
    const read = async (some: string[]) => {
      const found = await find(some);
      return some.map((id) => found.facts(found.row(id)));
    };
    const wanted = new Map((await expected(store)).map(({ id, facts }) => [id, facts]));
    const all = ids.map((id) => wanted.get(id));
    expect(new Set(all.map((facts) => JSON.stringify(facts))).size).toBeGreaterThan(10);
    for (let round = 0; round < 2; round += 1) {
      expect(await read(ids)).toEqual(all);
      expect((await Promise.all(ids.map((id) => read([id])))).flat()).toEqual(all);
    }
    const stranger = (await find(['0'.repeat(32), 'no id'])).row('no id');
    expect(stranger).toMatchObject({ credential_id: null, kind: null, person_id: 0 });
    await store.db.deleteFrom('gate_facts').execute();
    const fresh = new GateLookup(store);
    const found = await store.transaction((tx) => fresh.find(tx, ids, Date.now()));
    expect(() => found.facts(found.row(ids[0] ?? ''))).toThrow(
      expect.objectContaining({ code: 'storeCorrupt' }),
    );
  });

  test('statuses that change while codes are issued', async () => {
    const all = [...people].slice(0, 40);
    await app.registry.importRows(all.map(([, rows]) => rows[0] as RegistryRow));
    await Promise.all(
      all.flatMap(([code, rows]) => [
        app.credentials.issue(code, { actor, unchecked: 'status' }),
        app.registry.importRows(rows),
      ]),
    );
    const now = await kept(store);
    expect(now).toHaveLength(all.length);
    expect(now).toEqual(await expected(store));
  });
});
