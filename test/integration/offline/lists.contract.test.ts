import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sealFact } from '../../../device/facts/seal.ts';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import { hmacSha256, nodeScrypt, sha256 } from '../../../server/offline-list/crypto.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import type { DecidedFact as Fact, PassageFact } from '../../../shared/fact.ts';
import { deriveEntry, entryKey } from '../../../shared/offline-list/entry-key.ts';
import { openList } from '../../../shared/offline-list/list-file.ts';
import { OfflineList } from '../../../shared/offline-list/offline-list.ts';
import type { RequestOf } from '../../../shared/protocol/actions.ts';
import { newKioskKey } from '../../support/kiosk-client.ts';
import { releasePolicy } from '../../support/policies/release-policy.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';

const cheap = { cost: 2, publish: true, refreshMs: 86_400_000 };
const source = {
  id: 'kiosk:gate-1',
  site: 'torino',
  kiosk: 'gate-1',
  gate: 'gate-1',
  registeredAt: Date.now(),
  policies: [DEMO_POLICY],
};

/** The same contract on both engines. */
describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let url: string;
  let stores: Store[] = [];
  let apps: App[] = [];
  let app: App;
  let people: SeededPerson[];

  async function node(name: string, offlineLists = cheap): Promise<App> {
    const store = await openStore(url);
    stores.push(store);
    const started = await startApp(store, { node: name, offlineLists });
    apps.push(started);
    await started.offlineLists?.start(() => {});
    return started;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-lists-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, randomUUID())}.db`;
    app = await node('node-a');
    await app.fleet.registerKiosk({
      id: 'gate-1',
      publicKey: newKioskKey().publicKey,
      gate: 'Varco 1',
      site: 'torino',
      policy: DEMO_POLICY,
    });
    people = await seedPeople(app);
    await flush(app);
  });
  afterEach(async () => {
    await Promise.all(apps.map((one) => one.stop()));
    await Promise.all(stores.map((one) => one.close()));
    apps = [];
    stores = [];
  });

  const flush = async (one: App) => one.offlineLists?.publisher.flush();
  const lists = (one = app) => one.offlineLists as NonNullable<App['offlineLists']>;

  /** Fetches as a kiosk does, and opens what comes. */
  async function fetchFile(one: App, asked: RequestOf<'ListHead'>) {
    const head = await lists(one).head(DEMO_POLICY, asked);
    if (head.status !== 'fetch') {
      throw new Error(JSON.stringify(head));
    }
    const { kind, version, bytes } = head;
    const parts: Buffer[] = [];
    for (let offset = 0; offset < bytes; ) {
      const { data } = await lists(one).chunk(DEMO_POLICY, { kind, version, offset });
      parts.push(Buffer.from(data, 'base64url'));
      offset += parts.at(-1)?.length ?? bytes;
    }
    return openList(Buffer.concat(parts), {
      verify: (keyId, message, signature) =>
        testKeyring.verifyCredential(keyId, message, signature),
      sha256,
    });
  }

  async function newest(one = app): Promise<OfflineList> {
    const full = OfflineList.fromFull(await fetchFile(one, {}));
    const { epoch, version } = full.header;
    const have = { epoch, version, base: version };
    const head = await lists(one).head(DEMO_POLICY, { have });
    return head.status === 'current' ? full : full.withDelta(await fetchFile(one, { have }));
  }

  async function stateOf(list: OfflineList, person: SeededPerson, id = person.credentialId) {
    const { kdf, policy, epochKey } = list.header;
    const derived = await deriveEntry(person.person.codiceFiscale, id, kdf, nodeScrypt);
    return list.stateOf(entryKey(derived, policy, epochKey, hmacSha256));
  }

  test('everybody stands in the list as the server would answer', async () => {
    const list = await newest();
    const said: Record<string, string> = {};
    for (const person of people) {
      said[person.label] = await stateOf(list, person);
    }
    expect(said).toEqual({
      entitled: 'allowed',
      entitledWithCompanion: 'allowedWithCompanion',
      notCovered: 'denied',
      revoked: 'denied',
      notInArchive: 'absent',
    });
    expect(list.header).toMatchObject({ policy: DEMO_POLICY, allowed: 2, denied: 2, epoch: 1 });
  });

  test('two nodes publish one line of versions, and either serves it', async () => {
    const other = await node('node-b');
    await flush(other);
    const before = await lists().version(DEMO_POLICY);
    expect(await lists(other).version(DEMO_POLICY)).toBe(before);
    const [first, second] = people as [SeededPerson, SeededPerson];
    await app.credentials.revoke(first.credentialId, { actor: 'test', reason: 'lost' });
    await Promise.all([flush(app), flush(other)]);
    await other.credentials.revoke(second.credentialId, { actor: 'test', reason: 'lost' });
    await Promise.all([flush(app), flush(other)]);
    expect(await lists().version(DEMO_POLICY)).toBe((before ?? 0) + 2);
    for (const one of [app, other]) {
      const list = await newest(one);
      expect([await stateOf(list, first), await stateOf(list, second)]).toEqual([
        'denied',
        'denied',
      ]);
    }
  });

  test('a node that only serves publishes nothing of its own, and has what another published', async () => {
    const version = await lists().version(DEMO_POLICY);
    await app.stop();
    apps = [];
    const serving = await node('node-b', { ...cheap, publish: false });
    const [first] = people as [SeededPerson];
    await serving.credentials.revoke(first.credentialId, { actor: 'test', reason: 'lost' });
    await flush(serving);
    expect(await lists(serving).version(DEMO_POLICY)).toBe(version);
    await flush(await node('node-c'));
    expect(await stateOf(await newest(serving), first)).toBe('denied');
  });

  test('a restart goes on from the version there is, with nothing to publish', async () => {
    const before = await lists().version(DEMO_POLICY);
    await app.stop();
    apps = [];
    const again = await node('node-a');
    await flush(again);
    expect(await lists(again).version(DEMO_POLICY)).toBe(before);
  });

  test('another cost: everybody is derived again, in a new epoch, under a higher version', async () => {
    const before = await newest();
    await app.stop();
    apps = [];
    const dearer = await node('node-a', { ...cheap, cost: 4 });
    await flush(dearer);
    const list = await newest(dearer);
    expect(list.header).toMatchObject({ epoch: 2, kdf: { cost: 4 } });
    expect(list.header.version).toBeGreaterThan(before.header.version);
    expect(await stateOf(list, people[0] as SeededPerson)).toBe('allowed');
  });

  test('who can’t go back to the full list there is gets a newer one', async () => {
    const version = (await lists().version(DEMO_POLICY)) ?? 0;
    const seen = { newest: { epoch: 1, version } };
    expect(await lists().head(DEMO_POLICY, seen)).toEqual({ status: 'none', reason: 'soon' });
    await flush(app);
    const { header } = await fetchFile(app, seen);
    expect(header).toMatchObject({ kind: 'full', version: version + 1 });
  });

  test('no list where none may answer, no part of what is not there', async () => {
    const asked = app.policies.list().find(({ id }) => id === DEMO_POLICY);
    await releasePolicy(app, { ...asked, id: 'with-code', level: 2 });
    expect(await lists().head('with-code', {})).toEqual({ status: 'none', reason: 'level' });
    expect(await lists().head('not-in-force', {})).toEqual({ status: 'none', reason: 'level' });
    expect(await lists().head('carta-blu', {})).toEqual({ status: 'none', reason: 'soon' });
    for (const asked of [
      { kind: 'full', version: 99, offset: 0 },
      { kind: 'full', version: 1, offset: 10_000_000 },
    ] as const) {
      await expect(lists().chunk(DEMO_POLICY, asked)).rejects.toMatchObject({
        code: 'unavailable',
      });
    }
  });

  const fact = (over: Partial<Fact> = {}): Fact => ({
    kind: 'decided',
    requestId: randomUUID(),
    policy: DEMO_POLICY,
    verdict: { outcome: 'granted', companion: false },
    decidedAt: Date.now(),
    clockTrust: 'synced',
    list: { epoch: 1, version: 1 },
    ...over,
  });
  const yes = { outcome: 'accepted' };
  const no = (code: string) => ({ outcome: 'refused', code });

  test('facts: each once, in order; what can’t be is refused by its code', async () => {
    const one = fact();
    const { list: _list, ...listless } = fact();
    const far = Date.now() + 86_400_000;
    const untold = {
      requestId: randomUUID(),
      verdict: { outcome: 'unconfirmed', reason: 'unavailable' },
    } as const;
    const batch: [Fact, object][] = [
      [one, yes],
      [one, yes],
      [{ ...one, verdict: { outcome: 'denied', reason: 'notCovered' } }, no('factConflicts')],
      [fact({ policy: 'never-heard-of' }), no('policyUnknown')],
      [fact({ decidedAt: far }), no('factFromFuture')],
      [fact({ decidedAt: far, clockTrust: 'unset' }), no('factImpossible')],
      [{ ...listless, ...untold, decidedAt: far, clockTrust: 'unset' }, yes],
      [{ ...listless, requestId: randomUUID() }, no('factImpossible')],
      [fact({ verdict: { outcome: 'otpRequired', expiresInMs: 1 } }), no('factImpossible')],
    ];
    const results = await app.facts.accept(
      source,
      batch.map(([given]) => given),
    );
    expect(results).toEqual(batch.map(([, expected]) => expected));
    expect(await app.facts.accept(source, [one])).toEqual([yes]);
    // Another kiosk's request ids are its own.
    const other = { ...source, id: 'kiosk:gate-2', kiosk: 'gate-2' };
    expect(await app.facts.accept(other, [one])).toEqual([yes]);
    expect(await app.facts.count()).toBe(3);
    // What was refused is kept where it can be seen, once for each request.
    const refused = await (stores[0] as Store).db
      .selectFrom('audit')
      .select('body')
      .where('kind', '=', 'factRefused')
      .orderBy('sequence')
      .execute();
    expect(refused.map(({ body }) => (JSON.parse(body) as { code: string }).code)).toEqual([
      'factConflicts',
      'policyUnknown',
      'factFromFuture',
      'factImpossible',
      'factImpossible',
      'factImpossible',
    ]);
  });

  test('facts come sealed: what is no fact or of a stranger’s key is refused alone', async () => {
    const one = fact();
    const passage: PassageFact = {
      kind: 'passage',
      requestId: one.requestId,
      passage: 'notPassed',
      at: Date.now(),
      clockTrust: 'synced',
    };
    const stranger = new Keyring(generateKeyringFile(0));
    const boxes = [
      (await sealFact(one, testKeyring.factsKey())).box,
      (await sealFact(one, stranger.factsKey())).box,
      'eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA',
      (await sealFact(passage, testKeyring.factsKey())).box,
    ];
    expect(await app.facts.acceptSealed(source, boxes)).toEqual([
      yes,
      no('factUnreadable'),
      no('factUnreadable'),
      yes,
    ]);
    const row = await (stores[0] as Store).db
      .selectFrom('audit')
      .select('body')
      .where('request', '=', `passage ${source.id} ${one.requestId}`)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(row.body)).toMatchObject({ passage: 'notPassed', asker: source.id });
  });
});
