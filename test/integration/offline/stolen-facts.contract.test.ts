import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { KEPT_PER_KIOSK_MAX } from '../../../server/offline-list/fact-quarantine.ts';
import type { FactSource } from '../../../server/offline-list/fact-source.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import type { DecidedFact, PassageFact } from '../../../shared/fact.ts';
import { newKioskKey } from '../../support/kiosk-client.ts';
import { startApp } from '../../support/server-app.ts';

const MINUTE_MS = 60_000;

/** What a kiosk in the wrong hands can make the server believe; on both engines. */
describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
  let source: FactSource;
  let people: SeededPerson[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-stolen-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const file = `sqlite:${join(folder, randomUUID())}.db`;
    store = await openStore(postgres ? await postgres.createDatabase() : file);
    const offlineLists = { cost: 2, publish: true, refreshMs: 86_400_000 };
    app = await startApp(store, { node: 'node-a', offlineLists });
    await app.offlineLists?.start(() => {});
    const { publicKey } = newKioskKey();
    const place = { gate: 'Varco 1', site: 'torino', policy: DEMO_POLICY };
    await app.fleet.registerKiosk({ id: 'gate-1', publicKey, ...place });
    people = await seedPeople(app);
    await app.offlineLists?.publisher.flush();
    const enrolled = app.fleet.state.enrolled('gate-1');
    source = {
      ...{ id: 'kiosk:gate-1', kiosk: 'gate-1', site: 'torino' },
      ...{ gate: 'gate-1', policies: enrolled?.policies ?? [] },
      registeredAt: enrolled?.registeredAt ?? 0,
    };
  });
  afterEach(async () => {
    await app.stop();
    await store.close();
  });

  const decided = (over: Partial<DecidedFact> = {}): DecidedFact => ({
    kind: 'decided',
    requestId: randomUUID(),
    policy: DEMO_POLICY,
    verdict: { outcome: 'granted', companion: false },
    decidedAt: Date.now(),
    clockTrust: 'synced',
    list: { epoch: 1, version: 1 },
    ...over,
  });
  const passage = (requestId: string, at = Date.now()): PassageFact => ({
    ...{ kind: 'passage', requestId, at, clockTrust: 'synced', passage: 'passed' },
  });
  const yes = { outcome: 'accepted' };
  const no = (code: string) => ({ outcome: 'refused', code });

  test('what can’t be true is refused, and the genuine facts beside it are taken', async () => {
    const genuine = decided();
    const denied = decided({ verdict: { outcome: 'denied', reason: 'notOnList' } });
    const batch: [DecidedFact | PassageFact, object][] = [
      [genuine, yes],
      [decided({ decidedAt: 0 }), no('factBeforeKey')],
      [decided({ decidedAt: Date.parse('1999-01-01') }), no('factBeforeKey')],
      [decided({ list: { epoch: 999, version: 999_999 } }), no('listUnknown')],
      [decided({ list: { epoch: 1, version: 999_999 } }), no('listUnknown')],
      [decided({ list: { epoch: 1, version: 0 } }), no('listUnknown')],
      [decided({ list: { epoch: 2, version: 1 } }), no('listUnknown')],
      [decided({ policy: 'musei-statali' }), no('policyOfOther')],
      [decided({ policy: 'never-heard-of' }), no('policyUnknown')],
      [decided({ clockTrust: 'unset' }), no('factImpossible')],
      [decided({ decidedAt: Date.parse('2099-01-01') }), no('factFromFuture')],
      [passage(randomUUID()), no('passageUnasked')],
      [passage(genuine.requestId, 5), no('factBeforeKey')],
      [passage(genuine.requestId), yes],
      [denied, yes],
      [passage(denied.requestId), no('passageUnasked')],
    ];
    const facts = batch.map(([fact]) => fact);
    expect(await app.facts.accept(source, facts)).toEqual(batch.map(([, answer]) => answer));
    expect(await app.facts.count()).toBe(2);
    // Kept where people see them, and named in the audit by their hash.
    const kept = await app.facts.quarantine.ofGate('gate-1');
    expect(kept).toHaveLength(13);
    const audited = await store.db
      .selectFrom('audit')
      .select('body')
      .where('kind', '=', 'factRefused')
      .execute();
    const hashes = audited.map(({ body }) => JSON.parse(body).hash);
    expect(new Set(hashes)).toEqual(new Set(kept.map(({ hash }) => hash)));
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });

  test('a list is not older than its publication, whatever the clock says', async () => {
    const registeredAt = Date.now() - 86_400_000;
    const early = decided({ decidedAt: Date.now() - 30 * MINUTE_MS });
    const nearly = decided({ decidedAt: Date.now() - 5 * MINUTE_MS });
    expect(await app.facts.accept({ ...source, registeredAt }, [early, nearly])).toEqual([
      no('factBeforeList'),
      yes,
    ]);
  });

  test('a version in which nothing had changed is a published one', async () => {
    await app.offlineLists?.stop();
    // Published again unchanged: no row of its own.
    await store.db.updateTable('offline_list').set({ version: 4 }).execute();
    const facts = [3, 4, 5].map((version) => decided({ list: { epoch: 1, version } }));
    expect(await app.facts.accept(source, facts)).toEqual([yes, yes, no('listUnknown')]);
  });

  test('a passage after the server’s own answer is genuine', async () => {
    const asked = async (label: string) => {
      const requestId = randomUUID();
      const one = people.find((person) => person.label === label);
      await app.verification.verify({
        ...{ asker: source, policy: DEMO_POLICY, requestId },
        credentialId: one?.credentialId ?? '',
        codiceFiscale: one?.person.codiceFiscale ?? '',
      });
      return requestId;
    };
    const facts = [passage(await asked('entitled')), passage(await asked('notCovered'))];
    expect(await app.facts.accept(source, facts)).toEqual([yes, no('passageUnasked')]);
    // Another kiosk's request opened another gate.
    const stranger = { ...source, id: 'kiosk:gate-2', kiosk: 'gate-2' };
    expect(await app.facts.accept(stranger, facts.slice(0, 1))).toEqual([no('passageUnasked')]);
  });

  test('one kiosk makes us keep so many, and the audit grows by a few rows', async () => {
    for (let round = 0; round < 40; round += 1) {
      const facts = Array.from({ length: 16 }, () => decided({ policy: 'never-heard-of' }));
      const answers = await app.facts.accept(source, facts);
      expect(answers.every(({ outcome }) => outcome === 'refused')).toBe(true);
    }
    expect(await app.facts.quarantine.ofGate('gate-1')).toHaveLength(KEPT_PER_KIOSK_MAX);
    expect(await app.facts.quarantine.since(0)).toEqual([
      { gate: 'gate-1', site: 'torino', count: 640, lastAt: expect.any(Number) },
    ]);
    const kinds = await store.db
      .selectFrom('audit')
      .select(['kind'])
      .where('kind', 'like', 'fact%')
      .execute();
    expect(kinds.filter(({ kind }) => kind === 'factRefused')).toHaveLength(KEPT_PER_KIOSK_MAX);
    expect(kinds.filter(({ kind }) => kind === 'factsRefused')).toHaveLength(2);
  });

  test('a policy that an earlier boot had is the gate’s own', async () => {
    const kiosk = await app.fleet.findKiosk('gate-1');
    if (!kiosk) {
      throw new Error('not registered');
    }
    app.fleet.state.booted(kiosk, { software: 'test', startedAt: 1 });
    app.fleet.state.booted(
      { ...kiosk, policy: 'musei-statali' },
      { software: 'test', startedAt: 1 },
    );
    const policies = app.fleet.state.enrolled('gate-1')?.policies ?? [];
    expect(policies).toEqual([DEMO_POLICY, 'musei-statali', DEMO_POLICY]);
    expect(await app.facts.accept({ ...source, policies }, [decided()])).toEqual([yes]);
  });
});
