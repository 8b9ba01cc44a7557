import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { demoPeople } from '../../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { allChecks } from '../../../server/portal/checks-list.ts';
import type { SourceAnswer } from '../../../server/registry/status-source.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';

let store: Store;
let app: App;
let people: SeededPerson[];
let upstream: SourceAnswer | undefined;

const desk = { id: 'operator:17', site: 'torino' };
const reader = { id: 'reader:a', site: 'reading:a' };

beforeEach(async () => {
  upstream = undefined;
  store = await openStore('sqlite::memory:');
  app = await startApp(store);
  people = await seedPeople(app);
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

function find(label: SeededPerson['label']): SeededPerson {
  return people.find((person) => person.label === label) as SeededPerson;
}

async function ask(credentialId: string, codiceFiscale: string, asker = desk) {
  const question = { asker, requestId: randomUUID(), credentialId, codiceFiscale };
  return (await app.firstLevel.ask(question)).answer;
}

const askAs = (one: SeededPerson) => ask(one.credentialId, one.person.codiceFiscale);

test('five areas, yes or no, and nothing else', async () => {
  const none = { cecitaCivile: false, sordita: false, disabilita: false };
  expect(await askAs(find('entitled'))).toEqual({
    outcome: 'status',
    areas: { ...none, invaliditaCivile: true, handicap: false },
  });
  expect(await askAs(find('entitledWithCompanion'))).toEqual({
    outcome: 'status',
    areas: { ...none, invaliditaCivile: true, handicap: true },
  });
  expect(await askAs(find('notInArchive'))).toEqual({ outcome: 'notInArchive' });
});

test('unknown, wrong, revoked and expired are one word, and the audit knows which', async () => {
  const [entitled, other] = [find('entitled'), find('notCovered')];
  await sql`update credential set expires_at = 1 where id = ${other.credentialId}`.execute(
    store.db,
  );
  const answers = [
    await ask('f'.repeat(32), entitled.person.codiceFiscale),
    await ask(entitled.credentialId, other.person.codiceFiscale),
    await askAs(find('revoked')),
    await askAs(other),
  ];
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set([JSON.stringify({ outcome: 'notRecognised' })]),
  );
  const rows = await store.db
    .selectFrom('audit')
    .select('body')
    .where('kind', '=', 'firstLevel')
    .orderBy('sequence')
    .execute();
  expect(rows.map(({ body }) => JSON.parse(body).cause)).toEqual([
    'unknownCredential',
    'wrongCode',
    'revoked',
    'expired',
  ]);
});

test('the same request gets the same answer and one row; another code is another question', async () => {
  const one = find('entitled');
  const question = {
    asker: reader,
    requestId: randomUUID(),
    credentialId: one.credentialId,
    codiceFiscale: one.person.codiceFiscale,
  };
  const answers = await Promise.all([1, 2, 3].map(() => app.firstLevel.ask(question)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const wrong = { ...question, codiceFiscale: find('revoked').person.codiceFiscale };
  const other = await app.firstLevel.ask(wrong);
  expect(other.answer).toEqual({ outcome: 'notRecognised' });
  expect(other.reference).not.toBe(answers[0]?.reference);
  const rows = await store.db
    .selectFrom('audit')
    .select('body')
    .where('kind', '=', 'firstLevel')
    .execute();
  expect(rows).toHaveLength(2);
});

test('the citizen finds the check by its reference; the audit names nobody', async () => {
  const one = find('entitled');
  const { codiceFiscale } = one.person;
  const { credentialId } = one;
  const question = { asker: reader, requestId: randomUUID(), credentialId, codiceFiscale };
  const { reference, answer } = await app.firstLevel.ask(question);
  expect(reference).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$/);
  const checks = await allChecks({ store, keyring: testKeyring, now: Date.now() }, codiceFiscale);
  expect(checks).toMatchObject([
    { kind: 'firstLevel', asker: 'reader:a', policy: 'first-level', verdict: answer, reference },
  ]);
  const all = JSON.stringify(await store.db.selectFrom('audit').selectAll().execute());
  expect(all).not.toContain(codiceFiscale);
  expect(all).not.toContain(credentialId);
});

test('wrong codes: one reader waits, and no gate or desk with them', async () => {
  const [one, two] = [find('entitled'), find('notCovered')];
  const outcomes: string[] = [];
  for (let tried = 0; tried < 6; tried += 1) {
    outcomes.push((await ask(one.credentialId, two.person.codiceFiscale, reader)).outcome);
  }
  expect(outcomes).toEqual([...Array(5).fill('notRecognised'), 'throttled']);
  // The right code doesn't help who has guessed too often.
  const again = await ask(one.credentialId, one.person.codiceFiscale, reader);
  expect(again.outcome).toBe('throttled');
  expect((await askAs(one)).outcome).toBe('status');
});

test('many readers together guess no more than the credential allows on the page', async () => {
  const [one, two] = [find('entitled'), find('notCovered')];
  const outcomes: string[] = [];
  for (let tried = 0; tried < 40; tried += 1) {
    const asker = { id: `reader:${tried}`, site: `reading:${tried}` };
    outcomes.push((await ask(one.credentialId, two.person.codiceFiscale, asker)).outcome);
  }
  expect(outcomes.filter((outcome) => outcome === 'notRecognised')).toHaveLength(30);
  expect((await askAs(one)).outcome).toBe('status');
});

test('a card shows that it is valid, until the archive denies what it attests', async () => {
  const { codiceFiscale } = find('entitled').person;
  const card = { serial: 'IT-1', expiresAt: Date.now() + 60_000, companion: true };
  const { id } = await app.credentials.issue(codiceFiscale, { actor: 'test', card });
  expect(await ask(id, codiceFiscale)).toEqual({ outcome: 'card', valid: true });
  const wrong = find('notCovered').person.codiceFiscale;
  expect(await ask(id, wrong)).toEqual({ outcome: 'notRecognised' });
  const [first] = demoPeople;
  await app.registry.importRows([
    {
      person: first?.person as SeededPerson['person'],
      verbale: {
        ...(first?.verbali[0] as SeededPerson['verbali'][number]),
        protocol: 'LATER',
        kind: 'revisione',
        giudizio: 'nonInvalido',
        percentage: 10,
        definitiveOn: '2024-01-01',
      },
    },
  ]);
  expect(await ask(id, codiceFiscale)).toEqual({ outcome: 'card', valid: false });
});

test('an upstream fault is “not now” and never “no”; only the recognised are asked about', async () => {
  const asked: string[] = [];
  const source = {
    name: 'test',
    statusOf: (code: string) => {
      asked.push(code);
      return Promise.resolve(upstream ?? { kind: 'unknown' as const });
    },
  };
  await app.stop();
  app = await startApp(store, { source });
  const one = find('entitled');
  upstream = { kind: 'unavailable' };
  expect(await askAs(one)).toEqual({ outcome: 'unavailable' });
  upstream = { kind: 'known', status: {} };
  expect(await askAs(one)).toEqual({ outcome: 'notInArchive' });
  await ask(one.credentialId, find('revoked').person.codiceFiscale);
  await askAs(find('revoked'));
  expect(asked).toEqual([one.person.codiceFiscale, one.person.codiceFiscale]);
});

test('no answer when its audit row cannot be written', async () => {
  await sql`alter table audit rename to audit_away`.execute(store.db);
  await expect(askAs(find('entitled'))).rejects.toBeInstanceOf(Error);
  await sql`alter table audit_away rename to audit`.execute(store.db);
  expect((await askAs(find('entitled'))).outcome).toBe('status');
});
