import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { checksOf } from '../../../server/audit/citizen-checks.ts';
import { indexSubjects } from '../../../server/audit/subject-index.ts';
import { verifyAudit } from '../../../server/audit/verify-chain.ts';
import { WINDOW_MS, windowOf } from '../../../server/guessing/counted-windows.ts';
import { allChecks, checksPage } from '../../../server/portal/checks-list.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
  let people: SeededPerson[];
  let now: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-refused-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    store = await openStore(
      postgres ? await postgres.createDatabase() : `sqlite:${join(folder, randomUUID())}.db`,
    );
    now = windowOf(Date.now()) + 1000;
    app = await startApp(store, { clock: { ...systemClock, now: () => now } });
    people = await seedPeople(app);
  });
  afterEach(async () => {
    await app.stop();
    await store.close();
  });

  const find = (label: SeededPerson['label']) =>
    people.find((person) => person.label === label) as SeededPerson;
  const deps = () => ({ store, keyring: testKeyring, now });
  const ownerOf = ({ person }: SeededPerson) => person.codiceFiscale;

  /** Somebody on the public page: from address 1 unless another is named. */
  async function read(one: SeededPerson, codiceFiscale = ownerOf(one), from = 1) {
    const asker = { id: `reader:${from}`, site: `reading:${from}` };
    const { credentialId } = one;
    const question = { asker, requestId: randomUUID(), credentialId, codiceFiscale };
    const { answer, reference } = await app.firstLevel.ask(question);
    return { outcome: answer.outcome, reference };
  }
  async function auditRows(): Promise<number> {
    const { rows } = await store.db
      .selectFrom('audit')
      .select(({ fn }) => fn.countAll().as('rows'))
      .executeTakeFirstOrThrow();
    return Number(rows);
  }

  test('a thousand wrong readings hide no real check, and leave a handful of rows that say how many', async () => {
    const [one, wrong] = [find('entitled'), ownerOf(find('notCovered'))];
    const { reference } = await read(one);
    const before = await auditRows();
    const outcomes: string[] = [];
    for (let tried = 0; tried < 1000; tried += 1) {
      now += 10;
      outcomes.push((await read(one, wrong, tried % 40)).outcome);
    }
    // Right or wrong, nothing is looked up any more.
    expect((await read(one)).outcome).toBe('throttled');
    const guessed = outcomes.filter((outcome) => outcome === 'notRecognised').length;
    expect(guessed).toBeLessThanOrEqual(30);
    expect(await auditRows()).toBe(before + guessed + 1);
    now = windowOf(now) + WINDOW_MS;
    await app.housekeeping.run();
    await app.housekeeping.run();
    expect(await auditRows()).toBe(before + guessed + 2);
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);

    const { checks } = await checksPage(deps(), ownerOf(one));
    expect(checks).toHaveLength(2);
    expect(checks[0]).toMatchObject({ attempts: 1001, kind: 'firstLevel' });
    expect(checks[0]?.at).toBeLessThan(windowOf(now));
    expect(checks[1]).toMatchObject({ reference, verdict: { outcome: 'status' } });
    expect(await allChecks(deps(), ownerOf(one))).toEqual(checks);
  });

  test('a server that stops writes what it counted, and another person’s code counts by itself', async () => {
    const [one, other] = [find('entitled'), find('notCovered')];
    for (let tried = 0; tried < 20; tried += 1) {
      await read(one, ownerOf(other), 1);
      await read(other, ownerOf(one), 2);
    }
    await app.stop();
    for (const person of [one, other]) {
      const [all, ...more] = await allChecks(deps(), ownerOf(person));
      expect([all?.attempts, more]).toEqual([20, []]);
    }
    expect((await verifyAudit(store, testKeyring)).problems).toEqual([]);
  });

  test('a block that ends lets the right code through at once', async () => {
    const [one, wrong] = [find('entitled'), ownerOf(find('notCovered'))];
    for (let tried = 0; tried < 8; tried += 1) {
      await read(one, wrong);
    }
    expect((await read(one)).outcome).toBe('throttled');
    now += 30_000;
    expect((await read(one)).outcome).toBe('status');
  });

  test('every check of twelve months is on one page and one alone, many of one moment too', async () => {
    const one = find('entitled');
    const expected: (string | undefined)[] = [];
    const day = 86_400_000;
    now -= 300 * day;
    for (let back = 300; back >= 0; back -= 25) {
      for (let many = 0; many < (back === 100 ? 30 : 3); many += 1) {
        expected.push((await read(one, undefined, 7)).reference);
      }
      now += 25 * day;
    }
    now -= 25 * day;
    await indexSubjects(store, 8);
    const seen: (string | undefined)[] = [];
    let pages = 0;
    for (let before: number | undefined = undefined; ; pages += 1) {
      const page = await checksPage(deps(), ownerOf(one), { before, entriesMin: 10 });
      seen.push(...page.checks.map(({ reference }) => reference));
      if (page.older === undefined) {
        break;
      }
      before = page.older;
    }
    expect(pages).toBeGreaterThan(2);
    expect(seen.toSorted()).toEqual(expected.toSorted());
    const small: (string | undefined)[] = [];
    for await (const checks of checksOf(deps(), ownerOf(one), { rowsAtOnce: 4 })) {
      small.push(...checks.map(({ reference }) => reference));
    }
    expect(small.toSorted()).toEqual(expected.toSorted());
    expect((await allChecks(deps(), ownerOf(one))).length).toBe(expected.length);
  });
});
