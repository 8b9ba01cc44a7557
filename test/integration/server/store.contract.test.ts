import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY, demoPeople } from '../../../scripts/sample/demo-people.ts';
import { seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { indexSubjects } from '../../../server/audit/subject-index.ts';
import { verifyAudit } from '../../../server/audit/verify-chain.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import { allChecks } from '../../../server/portal/checks-list.ts';
import { STATUS_CHANNEL } from '../../../server/registry/status-events.ts';
import { migrations } from '../../../server/store/migrations/all-migrations.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { releasePolicy } from '../../support/policies/release-policy.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** The same contract on both engines. */
describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let url: string;
  let stores: Store[] = [];
  let app: App;
  let store: Store;

  async function open(): Promise<Store> {
    const opened = await openStore(url);
    stores.push(opened);
    return opened;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-contract-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, randomUUID())}.db`;
    store = await open();
    app = await startApp(store);
  });
  afterEach(async () => {
    await app.stop();
    await Promise.all(stores.map((one) => one.close()));
    stores = [];
  });

  function ask(of: App, credentialId: string, codiceFiscale: string, requestId = randomUUID()) {
    const asker = { id: 'kiosk:gate-1', site: 'torino' };
    const policy = DEMO_POLICY;
    return of.verification.verify({ asker, requestId, credentialId, codiceFiscale, policy });
  }

  const rows = demoPeople.flatMap(({ person, verbali }) =>
    verbali.map((verbale) => ({ person, verbale })),
  );
  const [first] = rows as [(typeof rows)[number]];

  test('an import again changes nothing; a protocol of another person is rejected', async () => {
    const once = await app.registry.importRows(rows);
    expect(once).toMatchObject({ verbali: 9, unchanged: 0, rejected: [], statusChanges: 4 });
    expect(await app.registry.importRows(rows)).toMatchObject({ verbali: 0, unchanged: 9 });
    const other = demoPeople[2]?.person as (typeof first)['person'];
    const stolen = { person: other, verbale: first.verbale };
    const changed = { ...first, verbale: { ...first.verbale, text: 'other' } };
    expect((await app.registry.importRows([stolen, changed])).rejected).toEqual([
      expect.objectContaining({ line: 0, problem: 'protocolOfAnother' }),
      expect.objectContaining({ line: 1, problem: 'conflictingContent' }),
    ]);
  });

  test('a draft that comes after its definitive verbale changes nothing', async () => {
    const { definitiveOn: _, ...rest } = first.verbale;
    const draft = { ...rest, state: 'draft' as const };
    await app.registry.importRows([{ ...first, verbale: draft }]);
    const { codiceFiscale } = first.person;
    expect((await app.registry.findPerson(codiceFiscale))?.status).toEqual({});
    await app.registry.importRows([first]);
    const status = (await app.registry.findPerson(codiceFiscale))?.status;
    expect(status?.invaliditaCivile?.percentage).toBe(60);
    await app.registry.importRows([{ ...first, verbale: draft }]);
    expect((await app.registry.findPerson(codiceFiscale))?.status).toEqual(status);
  });

  test('changes of status have numbers without gaps and are notified', async () => {
    const listener = await open();
    const heard = new Promise<string>((resolve) => {
      void listener.listen(STATUS_CHANNEL, resolve).then(async () => {
        const from = engine === 'sqlite' ? listener : store;
        await app.registry.importRows(rows);
        await from.notify(STATUS_CHANNEL, '');
      });
    });
    expect(await heard).toBe('');
    const events = await app.registry.statusEvents(0);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(await app.registry.statusEvents(3)).toEqual(events.slice(3));
  });

  test('every person of the demonstration gets the verdict that is expected', async () => {
    for (const { credentialId, person, expected } of await seedPeople(app)) {
      expect((await ask(app, credentialId, person.codiceFiscale)).verdict).toEqual(expected);
    }
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
  });

  test('one answer and one row for a request, on two nodes at once and after a restart', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    const other = await startApp(await open(), { node: 'node-b' });
    const requestId = randomUUID();
    const answers = await Promise.all(
      [app, other, app, other].map((one) =>
        ask(one, credentialId, person.codiceFiscale, requestId),
      ),
    );
    await other.stop();
    const restarted = await startApp(await open(), { node: 'node-b' });
    answers.push(await ask(restarted, credentialId, person.codiceFiscale, requestId));
    await restarted.stop();
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const found = await store.db
      .selectFrom('audit')
      .select('node')
      .where('kind', '=', 'verification')
      .execute();
    expect(found).toHaveLength(1);
  });

  test('two nodes write two chains at once, and both hold', async () => {
    const people = await seedPeople(app);
    const other = await startApp(await open(), { node: 'node-b' });
    const asked = Array.from({ length: 200 }, (_, index) => {
      const { credentialId, person } = people[index % 5] as (typeof people)[number];
      return ask(index % 2 ? app : other, credentialId, person.codiceFiscale);
    });
    await Promise.all(asked);
    await other.stop();
    const report = await verifyAudit(store, testKeyring);
    expect(report).toMatchObject({ nodes: 2, problems: [] });
    expect(report.rows).toBeGreaterThanOrEqual(200);
  });

  test.each([
    [
      'altered',
      sql`update audit set body = replace(body, 'denied', 'granteD') where sequence = 9`,
      9,
    ],
    ['missing', sql`delete from audit where sequence = 8`, 8],
    ['truncated', sql`delete from audit where sequence >= 10`, 10],
  ])('an audit row %s is named', async (problem, change, sequence) => {
    for (const { credentialId, person } of await seedPeople(app)) {
      await ask(app, credentialId, person.codiceFiscale);
    }
    await change.execute(store.db);
    expect((await verifyAudit(store, testKeyring)).problems).toContainEqual({
      node: 'node-a',
      sequence,
      problem,
    });
  });

  test.each(['no JSON', '5', 'null', '{}', '{"verdict":{}}'])(
    'a row altered to %s is named, refused to who asks again, and nothing else',
    async (body) => {
      const people = await seedPeople(app);
      const { credentialId, person } = people[0] as (typeof people)[number];
      const again = randomUUID();
      await ask(app, credentialId, person.codiceFiscale, again);
      await ask(app, credentialId, person.codiceFiscale);
      await sql`update audit set body = ${body}
      where sequence = (select min(sequence) from audit where kind = 'verification')`.execute(
        store.db,
      );
      const { problems } = await verifyAudit(store, testKeyring);
      expect(problems).toContainEqual({ node: 'node-a', sequence: 7, problem: 'altered' });
      const restarted = await startApp(await open(), { node: 'node-a' });
      const asked = await Promise.allSettled([
        ask(restarted, credentialId, person.codiceFiscale, again),
        ask(restarted, credentialId, person.codiceFiscale),
      ]);
      expect(asked).toMatchObject([
        { status: 'rejected', reason: { code: 'storeCorrupt' } },
        { status: 'fulfilled', value: { verdict: { outcome: 'granted' } } },
      ]);
      await restarted.stop();
      const deps = { store, keyring: testKeyring, now: Date.now() };
      expect(await allChecks(deps, person.codiceFiscale)).toHaveLength(2);
    },
  );

  test('rows forged from some row on are found by the signed checkpoint', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    await ask(app, credentialId, person.codiceFiscale);
    await app.checkpoints.sign();
    await sql`delete from audit where sequence >= 7`.execute(store.db);
    const at = await sql<{ hash: string }>`select hash from audit where sequence = 6`.execute(
      store.db,
    );
    const hash = at.rows[0]?.hash ?? '';
    await sql`update audit_head set sequence = 6, hash = ${hash}`.execute(store.db);
    await ask(app, credentialId, person.codiceFiscale);
    const { problems } = await verifyAudit(store, testKeyring);
    expect(problems).toContainEqual({ node: 'node-a', sequence: 7, problem: 'rewritten' });
  });

  test('a chain cut off with its head and checkpoints is found by the other chains, once anchored', async () => {
    const people = await seedPeople(app);
    const other = await startApp(await open(), { node: 'node-b' });
    for (const { credentialId, person } of people) {
      await ask(other, credentialId, person.codiceFiscale);
    }
    await other.stop();
    await app.anchors.anchor();
    await app.anchors.anchor();
    const again = await startApp(await open(), { node: 'node-b' });
    await again.anchors.anchor();
    await again.stop();
    await app.anchors.anchor();
    const anchors = await sql<{ node: string }>`select node from audit where kind = 'anchor'
      order by node`.execute(store.db);
    expect(anchors.rows).toEqual([{ node: 'node-a' }, { node: 'node-b' }]);
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
    await sql`delete from audit where node = 'node-b' and sequence > 3`.execute(store.db);
    await sql`delete from checkpoint where node = 'node-b'`.execute(store.db);
    const at = await sql<{ hash: string }>`select hash from audit where node = 'node-b'
      and sequence = 3`.execute(store.db);
    const hash = at.rows[0]?.hash ?? '';
    await sql`update audit_head set sequence = 3, hash = ${hash} where node = 'node-b'`.execute(
      store.db,
    );
    const cut = { node: 'node-b', sequence: 4, problem: 'truncated' };
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([cut]);
    for (const table of ['audit', 'audit_head'] as const) {
      await store.db.deleteFrom(table).where('node', '=', 'node-b').execute();
    }
    const gone = { ...cut, sequence: 1 };
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([gone]);
  });

  test('pruned rows are gone, and the chain still holds', async () => {
    const people = await seedPeople(app);
    const before = await verifyAudit(store, testKeyring);
    await sql`update audit set at = 5`.execute(store.db);
    expect(before.rows).toBe(6);
    expect(await app.checkpoints.prune(10)).toBe(6);
    const { credentialId, person } = people[0] as (typeof people)[number];
    await ask(app, credentialId, person.codiceFiscale);
    const after = await verifyAudit(store, testKeyring);
    expect(after).toMatchObject({ rows: 1, problems: [] });
  });

  test('the citizen sees the same checks before and after they are listed, until they are pruned', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    const seen = async () => {
      const deps = { store, keyring: testKeyring, now: Date.now() };
      return (await allChecks(deps, person.codiceFiscale)).length;
    };
    const listed = async () => {
      const rows = await store.db.selectFrom('audit_subject').selectAll().execute();
      return rows.length;
    };
    await ask(app, credentialId, person.codiceFiscale);
    expect(await indexSubjects(store)).toBe(0);
    expect([await seen(), await listed()]).toEqual([1, 0]);
    // Segments of three rows: the seventh row, the check, waits.
    expect(await indexSubjects(store, 3)).toBe(6);
    expect([await seen(), await listed()]).toEqual([1, 6]);
    await ask(app, credentialId, person.codiceFiscale);
    expect(await indexSubjects(store, 3)).toBe(0);
    await ask(app, credentialId, person.codiceFiscale);
    expect([await seen(), await listed()]).toEqual([3, 6]);
    expect(await indexSubjects(store, 3)).toBe(3);
    expect([await seen(), await listed()]).toEqual([3, 9]);
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
    // Pruned in the middle of a segment.
    await sql`update audit set at = 5 where sequence < 8`.execute(store.db);
    await app.checkpoints.prune(10);
    expect([await seen(), await listed()]).toEqual([2, 2]);
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
    await ask(app, credentialId, person.codiceFiscale);
    expect(await indexSubjects(store, 1)).toBe(1);
    expect([await seen(), await listed()]).toEqual([3, 3]);
    await app.checkpoints.prune(Date.now() + 1);
    expect([await seen(), await listed()]).toEqual([0, 0]);
  });

  test('the citizen sees the checks of every month, whichever segments they are in', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    const december = Date.UTC(2026, 11, 1);
    // The last moment of a month, the first of the next, and a year later.
    for (const at of [december - 1, december, Date.UTC(2027, 10, 30)]) {
      const other = await startApp(await open(), { clock: new VirtualClock(at), node: 'node-b' });
      await ask(other, credentialId, person.codiceFiscale);
      await other.stop();
    }
    const seen = async (now: number) =>
      (await allChecks({ store, keyring: testKeyring, now }, person.codiceFiscale)).map(
        ({ at }) => at,
      );
    const all = [Date.UTC(2027, 10, 30), december, december - 1];
    const later = Date.UTC(2027, 10, 30, 12);
    expect(await seen(later)).toEqual(all);
    for (const segmentRows of [2, 1]) {
      await indexSubjects(store, segmentRows);
      expect(await seen(later)).toEqual(all);
    }
    expect(await seen(december + 1)).toEqual([december, december - 1]);
  });

  test('two nodes list the same chains at once, and every row once', async () => {
    const people = await seedPeople(app);
    await Promise.all(
      people.map(({ credentialId, person }) => ask(app, credentialId, person.codiceFiscale)),
    );
    const other = await open();
    await Promise.all([indexSubjects(store, 2), indexSubjects(other, 2)]);
    await other.close();
    const { rows } = await sql`select subject, node, sequence from audit_subject
      order by node, sequence`.execute(store.db);
    const told = await sql`select subject, node, sequence from audit where subject <> ''
      order by node, sequence`.execute(store.db);
    expect(rows.length).toBeGreaterThan(people.length);
    expect(rows).toEqual(told.rows.slice(0, rows.length));
    expect(told.rows.length - rows.length).toBeLessThan(2);
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
  });

  test('a row that is taken off the list of its subject is named', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    await ask(app, credentialId, person.codiceFiscale);
    await indexSubjects(store, 7);
    const problems = async () => (await verifyAudit(store, testKeyring)).problems;
    expect(await problems()).toEqual([]);
    await sql`update audit_segment set to_at = to_at - 1`.execute(store.db);
    expect(await problems()).toContainEqual({ node: 'node-a', sequence: 7, problem: 'hidden' });
    await sql`update audit_segment set to_at = to_at + 1`.execute(store.db);
    await sql`delete from audit_subject where sequence = 7`.execute(store.db);
    expect(await problems()).toEqual([{ node: 'node-a', sequence: 7, problem: 'hidden' }]);
    await sql`delete from audit_segment`.execute(store.db);
    expect(await problems()).toEqual([{ node: 'node-a', sequence: 1, problem: 'hidden' }]);
  });

  test('the citizen sees the checks, and nobody sees the citizen', async () => {
    const people = await seedPeople(app);
    const { credentialId, person, expected } = people[0] as (typeof people)[number];
    await ask(app, credentialId, person.codiceFiscale);
    const deps = { store, keyring: testKeyring, now: Date.now() };
    expect(await allChecks(deps, person.codiceFiscale)).toMatchObject([
      { asker: 'kiosk:gate-1', site: 'torino', policy: DEMO_POLICY, verdict: expected },
    ]);
    const all = JSON.stringify(await store.db.selectFrom('audit').selectAll().execute());
    expect(all).not.toContain(person.codiceFiscale);
    expect(all).not.toContain(testKeyring.codeMac(person.codiceFiscale));
  });

  test('credentials: one live for a person, reissued, revoked, with a history', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    const { codiceFiscale } = person;
    await expect(app.credentials.issue(codiceFiscale, { actor: 'test' })).rejects.toMatchObject({
      code: 'alreadyIssued',
    });
    const next = await app.credentials.reissue(credentialId, { actor: 'test', reason: 'lost' });
    const refused = { outcome: 'denied', reason: 'notRecognised' };
    expect((await ask(app, credentialId, codiceFiscale)).verdict).toEqual(refused);
    expect((await ask(app, next.id, codiceFiscale)).verdict.outcome).toBe('granted');
    const history = await app.credentials.history(credentialId);
    expect(history.map(({ kind }) => kind)).toEqual(['issued', 'revoked']);
    await expect(
      app.credentials.revoke(credentialId, { actor: 'test', reason: 'again' }),
    ).rejects.toMatchObject({ code: 'credentialUnknown' });
  });

  test.each([
    ['mobileMissing', { mobile: undefined }],
    ['emailMissing', { email: undefined }],
    ['privacyNotAccepted', { privacyVersion: '2019-01' }],
  ])('no credential: %s', async (code, change) => {
    const person = { ...first.person, ...change } as typeof first.person;
    await app.registry.importRows([{ ...first, person }]);
    await expect(
      app.credentials.issue(person.codiceFiscale, { actor: 'test' }),
    ).rejects.toMatchObject({ code });
  });

  test('a Disability Card shows that it is valid, until it expires, and nothing else', async () => {
    await app.registry.importRows(rows);
    const [entitled, accompanied, notDue] = demoPeople as [
      (typeof demoPeople)[number],
      (typeof demoPeople)[number],
      (typeof demoPeople)[number],
    ];
    const { codiceFiscale } = accompanied.person;
    const card = { serial: 'IT-1', expiresAt: Date.now() + 60_000, companion: true };
    const issue = (code: string) => app.credentials.issue(code, { actor: 'test', card });
    await expect(issue(notDue.person.codiceFiscale)).rejects.toMatchObject({ code: 'cardNotDue' });
    const { id } = await issue(codiceFiscale);
    await app.credentials.issue(codiceFiscale, { actor: 'test' });
    await expect(issue(codiceFiscale)).rejects.toMatchObject({ code: 'alreadyIssued' });
    const asked = async (policy: string, shown = { id, codiceFiscale }) =>
      (
        await app.verification.verify({
          asker: { id: 'kiosk:1', site: 's' },
          requestId: randomUUID(),
          credentialId: shown.id,
          codiceFiscale: shown.codiceFiscale,
          policy,
        })
      ).verdict;
    expect(await asked('disability-card')).toEqual({ outcome: 'granted', companion: true });
    // The "A" is worth what the status says: this holder's entitles to none.
    const alone = entitled.person.codiceFiscale;
    const other = await app.credentials.issue(alone, {
      actor: 'test',
      card: { ...card, serial: 'IT-2' },
    });
    expect(await asked('disability-card', { id: other.id, codiceFiscale: alone })).toEqual({
      outcome: 'granted',
      companion: false,
    });
    expect(await asked(DEMO_POLICY)).toEqual({ outcome: 'unconfirmed', reason: 'notInArchive' });
    await sql`update credential set expires_at = 1 where id = ${id}`.execute(store.db);
    expect(await asked('disability-card')).toEqual({ outcome: 'denied', reason: 'notRecognised' });
  });

  test('no credential without a status, nor for a stranger', async () => {
    const [none] = demoPeople.filter(({ verbali }) => verbali.length === 0);
    await app.registry.importRows([{ person: none?.person as typeof first.person }]);
    const issue = (code: string) => app.credentials.issue(code, { actor: 'test' });
    await expect(issue(none?.person.codiceFiscale ?? '')).rejects.toMatchObject({
      code: 'statusMissing',
    });
    await expect(issue('RSSMRA80A01H501U')).rejects.toMatchObject({ code: 'personUnknown' });
  });

  test('three nodes may start at once on an empty database', async () => {
    url = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, randomUUID())}.db`;
    const opened = await Promise.all([open(), open(), open()]);
    const nodes = await Promise.all(
      opened.map((one, index) => startApp(one, { node: `node-${index}` })),
    );
    const applied = await sql`select name from kysely_migration order by name`.execute(
      (await open()).db,
    );
    expect(applied.rows).toEqual(Object.keys(migrations).map((name) => ({ name })));
    await Promise.all(nodes.map((node) => node.stop()));
  });

  test('another keyring, or a database of a newer program, is refused', async () => {
    const keyring = new Keyring(generateKeyringFile(1));
    await expect(startApp(store, { keyring })).rejects.toMatchObject({ code: 'keyringMismatch' });
    await sql`insert into kysely_migration (name, timestamp) values ('0999-later', '')`.execute(
      store.db,
    );
    await expect(openStore(url)).rejects.toMatchObject({ code: 'storeNewer' });
  });

  test('no answer when the audit row cannot be written', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    await sql`alter table audit rename to audit_away`.execute(store.db);
    await expect(ask(app, credentialId, person.codiceFiscale)).rejects.toBeInstanceOf(Error);
    await sql`alter table audit_away rename to audit`.execute(store.db);
    expect((await ask(app, credentialId, person.codiceFiscale)).verdict.outcome).toBe('granted');
  });

  test('wrong tries: throttled at that gate, also after a restart, and not at another', async () => {
    const people = await seedPeople(app);
    const [one, two] = people as [(typeof people)[number], (typeof people)[number]];
    const at = (of: App, gate: string, code: string) =>
      of.verification.verify({
        asker: { id: gate, site: 'torino' },
        requestId: randomUUID(),
        credentialId: one.credentialId,
        codiceFiscale: code,
        policy: DEMO_POLICY,
      });
    const wrong = two.person.codiceFiscale;
    const right = one.person.codiceFiscale;
    const outcomes: string[] = [];
    for (let tried = 0; tried < 6; tried += 1) {
      outcomes.push((await at(app, 'kiosk:1', wrong)).verdict.outcome);
    }
    expect(outcomes).toEqual(['denied', 'denied', 'denied', 'denied', 'denied', 'throttled']);
    const restarted = await startApp(await open(), { node: 'node-b' });
    expect((await at(restarted, 'kiosk:1', right)).verdict.outcome).toBe('throttled');
    expect((await at(restarted, 'kiosk:2', right)).verdict).toEqual(one.expected);
    await restarted.stop();
  });

  test('the same code at two sites within minutes is noted, not refused', async () => {
    const people = await seedPeople(app);
    const { credentialId, person, expected } = people[0] as (typeof people)[number];
    for (const site of ['torino', 'torino', 'venezia']) {
      const { verdict } = await app.verification.verify({
        asker: { id: `kiosk:${site}`, site },
        requestId: randomUUID(),
        credentialId,
        codiceFiscale: person.codiceFiscale,
        policy: DEMO_POLICY,
      });
      expect(verdict).toEqual(expected);
    }
    const rows = await store.db
      .selectFrom('audit')
      .select('body')
      .where('kind', '=', 'verification')
      .orderBy('sequence')
      .execute();
    const signals = rows.map(({ body }) => JSON.parse(body).signals);
    expect(signals).toEqual([undefined, undefined, ['elsewhereMinutesAgo']]);
  });

  test('seen on two nodes in one moment: whoever answered later notes it, once; also after a restart', async () => {
    const people = await seedPeople(app);
    const { credentialId, person } = people[0] as (typeof people)[number];
    const other = await startApp(await open(), { node: 'node-b' });
    const at = (of: App, site: string) =>
      of.verification.verify({
        asker: { id: `kiosk:${site}`, site },
        requestId: randomUUID(),
        credentialId,
        codiceFiscale: person.codiceFiscale,
        policy: DEMO_POLICY,
      });
    const signals = async () => {
      const rows = await store.db.selectFrom('audit').selectAll().orderBy('at').execute();
      return rows
        .filter(({ body }) => body.includes('elsewhereMinutesAgo'))
        .map(({ node, kind }) => [node, kind]);
    };
    await at(app, 'torino');
    await at(other, 'venezia');
    expect(await signals()).toEqual([]);
    await app.velocityCheck.pollOtherNodes();
    await other.velocityCheck.pollOtherNodes();
    await other.velocityCheck.pollOtherNodes();
    expect(await signals()).toEqual([['node-b', 'signal']]);
    await other.stop();
    const restarted = await startApp(await open(), { node: 'node-b' });
    await at(restarted, 'torino');
    await restarted.stop();
    expect(await signals()).toEqual([
      ['node-b', 'signal'],
      ['node-b', 'verification'],
    ]);
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
  });

  describe('the second level', () => {
    const session = {
      operatorId: '17',
      role: 'operator' as const,
      sites: ['torino'],
      site: 'torino',
      validUntil: Number.MAX_SAFE_INTEGER,
    };
    const purpose = 'sportello';
    let sent: { to: string; text: string }[];
    let heard: () => void;
    let arrived: Promise<void>;
    let desk: App;
    let one: Awaited<ReturnType<typeof seedPeople>>[number];

    beforeEach(async () => {
      sent = [];
      arrived = new Promise((resolve) => {
        heard = resolve;
      });
      const take = (to: string, text: string) => {
        sent.push({ to, text });
        heard();
        return Promise.resolve();
      };
      const messenger = {
        sendCode: ({ mobile }: { mobile: string }, code: string) => take(mobile, code),
        sendDetail: ({ email }: { email: string }, text: string) => take(email, text),
      };
      desk = await startApp(store, { node: 'node-desk', messenger });
      const people = await seedPeople(desk);
      one = people[1] as typeof one;
    });
    afterEach(() => desk.stop());

    const about = () => ({
      credentialId: one.credentialId,
      codiceFiscale: one.person.codiceFiscale,
      purpose,
    });

    test('the detail is shown once, for the code that the citizen got', async () => {
      expect(await desk.secondLevel.requestCode(session, about())).toEqual({
        outcome: 'codeSent',
        expiresInMs: 300_000,
        triesLeft: 3,
        resendAfterMs: 60_000,
      });
      await arrived;
      const [{ to, text: code }] = sent as [(typeof sent)[number]];
      expect(to).toBe(one.person.mobile);
      const { credentialId } = one;
      const other = { ...session, operatorId: '18' };
      const reveal = { credentialId, purpose, code };
      const spent = { outcome: 'refused', reason: 'codeSpent' };
      expect(await desk.secondLevel.reveal(other, reveal)).toEqual(spent);
      const elsewhere = { ...reveal, purpose: 'other' };
      expect(await desk.secondLevel.reveal(session, elsewhere)).toEqual(spent);
      const wrong = { ...reveal, code: code === '000000' ? '000001' : '000000' };
      const refused = { outcome: 'refused', reason: 'wrongCode', triesLeft: 2 };
      expect(await desk.secondLevel.reveal(session, wrong)).toMatchObject(refused);
      const shown = await desk.secondLevel.reveal(session, reveal);
      expect(shown).toMatchObject({
        outcome: 'shown',
        detail: [
          {
            area: 'invaliditaCivile',
            giudizio: 'totaleNonDeambula',
            law: 'L. 18/1980 art. 1',
            percentage: 100,
            fiscalBenefits: [{ law: 'DPR 495/1992 art. 381' }],
          },
          { area: 'handicap', giudizio: 'handicapGrave' },
        ],
      });
      expect(await desk.secondLevel.reveal(session, reveal)).toEqual(spent);
      const everything = JSON.stringify([
        await store.db.selectFrom('audit').selectAll().execute(),
        await store.db.selectFrom('one_time_code').selectAll().execute(),
      ]);
      expect(everything).not.toContain(`"${code}"`);
      expect(everything).not.toContain('totaleNonDeambula');
    });

    test('by e-mail the operator sees only "sent"', async () => {
      expect(await desk.secondLevel.mailDetail(session, about())).toEqual({ outcome: 'sent' });
      await arrived;
      expect(sent[0]?.to).toBe(one.person.email);
      expect(sent[0]?.text).toContain('100 %');
    });

    test('a stranger gets the same words; an ended session none; no messenger says so', async () => {
      const refused = { outcome: 'refused', reason: 'notRecognised' };
      const wrong = { ...about(), codiceFiscale: 'RSSMRA80A01H501U' };
      expect(await desk.secondLevel.requestCode(session, wrong)).toEqual(refused);
      const unknown = { ...about(), credentialId: 'f'.repeat(32) };
      expect(await desk.secondLevel.mailDetail(session, unknown)).toEqual(refused);
      await expect(
        desk.secondLevel.requestCode({ ...session, validUntil: 0 }, about()),
      ).rejects.toMatchObject({ code: 'sessionEnded' });
      const without = await app.secondLevel.requestCode(session, about());
      expect(without).toEqual({ outcome: 'unavailable' });
      expect(sent).toEqual([]);
    });

    test('at a gate of level 2: the code first, then the verdict', async () => {
      const [museum] = desk.policies.list().filter(({ id }) => id === 'musei-statali');
      await releasePolicy(desk, { ...museum, id: 'livello-2', level: 2 });
      const asker = { id: 'kiosk:1', site: 'torino' };
      const { credentialId } = one;
      const { codiceFiscale } = one.person;
      const question = { asker, credentialId, policy: 'livello-2' };
      const first = await desk.verification.verify({
        ...question,
        requestId: randomUUID(),
        codiceFiscale,
      });
      expect(first.verdict).toEqual({
        outcome: 'otpRequired',
        expiresInMs: 300_000,
        triesLeft: 3,
      });
      await arrived;
      const code = sent[0]?.text ?? '';
      const type = (requestId: string, typed: string) =>
        desk.secondLevel.verifyCodeAtGate({ ...question, requestId, code: typed });
      const wrong = await type(randomUUID(), code === '000000' ? '000001' : '000000');
      expect(wrong.verdict.outcome).toBe('otpRequired');
      const requestId = randomUUID();
      const granted = await type(requestId, code);
      expect(granted.verdict).toEqual({ outcome: 'granted', companion: true });
      expect(await type(requestId, code)).toEqual(granted);
      expect((await type(randomUUID(), code)).verdict.outcome).toBe('denied');
    });
  });
});
