import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import type { App } from '../../../server/app.ts';
import { PRIVACY_VERSION } from '../../../server/credential/eligibility.ts';
import { DueFold } from '../../../server/registry/due-fold.ts';
import type { PersonRecord } from '../../../server/registry/person.ts';
import type { Verbale } from '../../../server/registry/verbale.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import type { Clock } from '../../../shared/clock.ts';
import { compose } from '../../../shared/codice-fiscale/compose.ts';
import { VarcoError } from '../../../shared/errors.ts';
import { startApp } from '../../support/server-app.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const DAY_MS = 86_400_000;
/** 30 November in Rome, at noon. */
const NOON = Date.UTC(2026, 10, 30, 11);
/** When 2 December begins in Rome. */
const MIDNIGHT = Date.UTC(2026, 11, 1, 23);

/** Shows a time, and lets no timer run: no chore comes in between. */
class StillClock implements Clock {
  at = NOON;
  now = () => this.at;
  monotonic = () => this.at;
  after = () => () => {};
}

/** A log, and what was written to it. */
function memoryLog() {
  const lines: { code?: string }[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

function person(index: number): PersonRecord {
  const birthDate = new Date(Date.UTC(1950, 0, 1 + index)).toISOString().slice(0, 10);
  const facts = {
    surname: 'Prova',
    name: 'Anna',
    birthDate,
    sex: 'female',
    place: 'H501',
  } as const;
  return {
    codiceFiscale: compose(facts) ?? '',
    name: 'Anna Prova',
    birthDate,
    mobile: `+3933300${String(index).padStart(5, '0')}`,
    email: `p${index}@example.org`,
    privacyVersion: PRIVACY_VERSION,
  };
}

function verbale(protocol: string, definitiveOn: string, percentage = 100): Verbale {
  return {
    protocol,
    kind: 'primaIstanza',
    area: 'invaliditaCivile',
    giudizio: percentage === 100 ? 'totale' : 'nonInvalido',
    percentage,
    fiscalBenefits: [],
    state: 'definitive',
    definitiveOn,
  };
}

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let url: string;
  let store: Store;
  let app: App;
  let clock: StillClock;
  const stores: Store[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-due-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = (await postgres?.createDatabase()) ?? `sqlite:${join(folder, randomUUID())}.db`;
    store = await open();
    clock = new StillClock();
    app = await startApp(store, { clock });
  });
  afterEach(async () => {
    await app.stop();
    for (const one of stores.splice(0)) {
      await one.close();
    }
  });

  async function open(): Promise<Store> {
    const one = await openStore(url);
    stores.push(one);
    return one;
  }

  const jumpTo = (at: number) => {
    clock.at = at;
  };
  const classOf = async (who: PersonRecord) =>
    (await app.registry.findPerson(who.codiceFiscale))?.status.invaliditaCivile?.giudizio;
  const stored = async () => {
    const rows = await store.db
      .selectFrom('person')
      .select(['status', 'due_on'])
      .where('id', '>', 0)
      .execute();
    rows.sort((a, b) => (a.due_on ?? '').localeCompare(b.due_on ?? ''));
    return rows.map(({ status, due_on }) => [
      JSON.parse(status).invaliditaCivile?.giudizio,
      due_on,
    ]);
  };
  const ask = async (credentialId: string, who: PersonRecord) => {
    const asker = { id: 'kiosk:gate-1', site: 'torino' };
    const { codiceFiscale } = who;
    const one = { asker, requestId: randomUUID(), credentialId, codiceFiscale };
    const { verdict } = await app.verification.verify({ ...one, policy: 'trasporto-veneto' });
    const { answer } = await app.firstLevel.ask({ ...one, requestId: randomUUID() });
    const areas = answer.outcome === 'status' ? answer.areas : undefined;
    return [verdict.outcome, areas?.invaliditaCivile];
  };

  test('a verbale dated ahead takes effect when its day begins in Rome, before any chore', async () => {
    const who = person(1);
    await app.registry.importRows([{ person: who, verbale: verbale('A-1', '2019-01-01') }]);
    const { id } = await app.credentials.issue(who.codiceFiscale, { actor: 'test' });
    await app.registry.importRows([{ person: who, verbale: verbale('A-2', '2026-12-02', 20) }]);
    jumpTo(MIDNIGHT - 1);
    expect(await ask(id, who)).toEqual(['granted', true]);
    jumpTo(MIDNIGHT);
    expect(await stored()).toEqual([['totale', '2026-12-02']]);
    expect(await ask(id, who)).toEqual(['unconfirmed', false]);
    expect(await classOf(who)).toBe('nonInvalido');
    expect(await app.dueFold.run()).toBe(1);
    expect(await stored()).toEqual([['nonInvalido', null]]);
    expect(await ask(id, who)).toEqual(['unconfirmed', false]);
    const events = await app.registry.statusEvents(0);
    expect(events.map(({ status }) => status.invaliditaCivile?.giudizio)).toEqual([
      'totale',
      'nonInvalido',
    ]);
    expect(await app.dueFold.run()).toBe(0);
  });

  test('one of today, imported half an hour after Rome’s midnight, counts today', async () => {
    jumpTo(MIDNIGHT + DAY_MS / 48);
    await app.registry.importRows([{ person: person(1), verbale: verbale('A-1', '2026-12-02') }]);
    expect(await classOf(person(1))).toBe('totale');
    expect(await stored()).toEqual([['totale', null]]);
  });

  test('an import again heals what is stored wrong, and what came due', async () => {
    const rows = [{ person: person(1), verbale: verbale('A-1', '2026-12-02') }];
    await app.registry.importRows(rows);
    expect(await stored()).toEqual([[undefined, '2026-12-02']]);
    jumpTo(MIDNIGHT);
    expect(await app.registry.importRows(rows)).toMatchObject({ unchanged: 1, statusChanges: 1 });
    expect(await stored()).toEqual([['totale', null]]);
    await store.db.updateTable('person').set({ status: '{}' }).where('id', '>', 0).execute();
    expect(await app.registry.importRows(rows)).toMatchObject({ unchanged: 1, statusChanges: 1 });
    expect(await stored()).toEqual([['totale', null]]);
  });

  describe('many at once', () => {
    const people = Array.from({ length: 170 }, (_, index) => person(index));
    beforeEach(async () => {
      await app.registry.importRows(
        people.map((who, index) => ({ person: who, verbale: verbale(`A-${index}`, '2026-12-02') })),
      );
      jumpTo(MIDNIGHT);
    });
    const folded = async () =>
      (await stored()).filter(([giudizio]) => giudizio === 'totale').length;
    const events = async () =>
      (await app.registry.statusEvents(0)).map(({ personId }) => personId).sort((a, b) => a - b);

    test('a chore killed midway is resumed where it was, and each change is told once', async () => {
      let transactions = 0;
      const failing = new Proxy(store, {
        get(target, name) {
          const own: unknown = Reflect.get(target, name, target);
          if (name === 'transaction') {
            transactions += 1;
            if (transactions === 3) {
              return () => Promise.reject(new VarcoError('storeUnavailable', 'gone'));
            }
          }
          return typeof own === 'function' ? own.bind(target) : own;
        },
      });
      const killed = new DueFold({ store: failing, clock, log: memoryLog().log });
      await expect(killed.run()).rejects.toMatchObject({ code: 'storeUnavailable' });
      expect(await folded()).toBe(100);
      expect(await app.dueFold.run()).toBe(70);
      expect(await folded()).toBe(170);
      expect(new Set(await events()).size).toBe(170);
      expect((await events()).length).toBe(170);
    });

    test('of two nodes one does it', async () => {
      const other = new DueFold({ store: await open(), clock, log: memoryLog().log });
      const [one, two] = await Promise.all([app.dueFold.run(), other.run()]);
      const left = await app.dueFold.run();
      expect(one + two + left).toBe(170);
      expect((await events()).length).toBe(170);
    });

    test.each([
      ['1970', Date.UTC(1970, 0, 2)],
      ['2038', Date.UTC(2038, 0, 20)],
    ])('by a clock of %s nothing is folded, and that is said once', async (_year, at) => {
      jumpTo(at);
      const { log, lines } = memoryLog();
      const fold = new DueFold({ store, clock, log });
      expect(await fold.run()).toBe(0);
      expect(await fold.run()).toBe(0);
      expect(lines.filter(({ code }) => code === 'clockSuspect')).toHaveLength(1);
      expect(await folded()).toBe(0);
      expect(await classOf(person(1))).toBeUndefined();
      await expect(
        app.registry.importRows([{ person: person(500), verbale: verbale('B-1', '2020-01-01') }]),
      ).rejects.toMatchObject({ code: 'clockSuspect' });
    });
  });

  test('started, it folds what a server that was down missed, and then at each midnight', async () => {
    await app.registry.importRows([
      { person: person(1), verbale: verbale('A-1', '2026-12-02') },
      { person: person(2), verbale: verbale('A-2', '2026-12-03') },
    ]);
    const later = new VirtualClock(MIDNIGHT + 3_600_000);
    const fold = new DueFold({ store, clock: later, log: memoryLog().log });
    fold.start();
    await expect.poll(stored).toEqual([
      ['totale', null],
      [undefined, '2026-12-03'],
    ]);
    later.advance(23 * 3_600_000 - 1);
    expect((await stored())[1]).toEqual([undefined, '2026-12-03']);
    later.advance(1);
    await expect.poll(stored).toEqual([
      ['totale', null],
      ['totale', null],
    ]);
    await fold.stop();
  });

  test('persons of before are folded again once, wherever the walk was interrupted', async () => {
    await app.registry.importRows(
      Array.from({ length: 70 }, (_, index) => ({
        person: person(index),
        verbale: verbale(`A-${index}`, '2020-01-01'),
      })),
    );
    await store.db.updateTable('person').set({ status: '{}' }).where('id', '>', 0).execute();
    await store.db.insertInto('meta').values({ name: 'refold', value: '0/60' }).execute();
    expect(await app.dueFold.run()).toBe(60);
    const walk = store.db.selectFrom('meta').selectAll().where('name', '=', 'refold');
    expect(await walk.execute()).toEqual([]);
    expect((await stored()).filter(([giudizio]) => giudizio === 'totale')).toHaveLength(60);
  });
});
