import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import type { App } from '../../../server/app.ts';
import { importFile } from '../../../server/registry/import.ts';
import { type PersonRecord, personSchema } from '../../../server/registry/person.ts';
import { statusOn } from '../../../server/registry/person-status.ts';
import type { Reject } from '../../../server/registry/prepare.ts';
import { samplePopulation } from '../../../server/registry/sample.ts';
import {
  mergeIdentity,
  openIdentity,
  type StoredPerson,
} from '../../../server/registry/sealed-identity.ts';
import { type Verbale, verbaleSchema } from '../../../server/registry/verbale.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';

const sample = [...samplePopulation({ persons: 6000, seed: 3, privacyVersion: '2026-01' })];
const births = new Map(
  sample
    .filter(({ birthDate }) => String(birthDate) < '2010')
    .map(({ codiceFiscale, birthDate }) => [String(codiceFiscale), String(birthDate)]),
);
const codes = [...births.keys()].slice(0, 5);
const rank = { draft: 0, definitive: 1, superseded: 2, annulled: 3 };

/** What an import has to come to, worked out row by row and in no hurry. */
class Model {
  readonly persons = new Map<string, StoredPerson>();
  readonly verbali = new Map<string, { owner: string; verbale: Verbale }>();
  readonly statuses = new Map<string, string>();

  /** @returns lines that are rejected, and who has another status now. */
  take(lines: readonly string[], today: string): { rejects: number[]; changed: string[] } {
    const rejects: number[] = [];
    const given = new Map<string, PersonRecord>();
    for (const [index, line] of lines.entries()) {
      const row = check(line);
      if (!row) {
        rejects.push(index + 1);
        continue;
      }
      const owner = row.person.codiceFiscale;
      given.set(owner, row.person);
      if (row.verbale && !this.#takeVerbale(owner, row.verbale)) {
        rejects.push(index + 1);
      }
    }
    for (const [code, person] of given) {
      this.persons.set(code, mergeIdentity(this.persons.get(code), person));
    }
    const changed = [...given.keys()].filter((code) => {
      const own = [...this.verbali.values()].filter(({ owner }) => owner === code);
      const next = JSON.stringify(
        statusOn(
          own.map(({ verbale }) => verbale),
          today,
        ),
      );
      const before = this.statuses.get(code) ?? '{}';
      this.statuses.set(code, next);
      return next !== before;
    });
    return { rejects, changed };
  }

  #takeVerbale(owner: string, verbale: Verbale): boolean {
    const known = this.verbali.get(verbale.protocol);
    const version = known ? (verbale.version ?? 1) - (known.verbale.version ?? 1) : 1;
    const later = version || (known ? rank[verbale.state] - rank[known.verbale.state] : 1);
    if (known && known.owner !== owner) {
      return false;
    }
    if (later > 0) {
      this.verbali.set(verbale.protocol, { owner, verbale });
    }
    return later > 0 || JSON.stringify(known?.verbale) === JSON.stringify(verbale);
  }
}

function check(line: string): { person: PersonRecord; verbale?: Verbale } | undefined {
  try {
    const { codiceFiscale, name, birthDate, mobile, privacyVersion, ...rest } = JSON.parse(line);
    const fields = Object.entries({ codiceFiscale, name, birthDate, mobile, privacyVersion });
    const own = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
    const person = personSchema.parse(own);
    if (person.birthDate !== births.get(person.codiceFiscale)) {
      return undefined;
    }
    return Object.keys(rest).length === 0
      ? { person }
      : { person, verbale: verbaleSchema.parse(rest) };
  } catch {
    return undefined;
  }
}

const identity = fc.constantFrom(...codes).chain((codiceFiscale) =>
  fc.record({
    codiceFiscale: fc.constant(codiceFiscale),
    // One in twenty contradicts the code.
    birthDate: fc
      .nat(19)
      .map((chance) => (chance === 0 ? '1899-01-01' : (births.get(codiceFiscale) ?? ''))),
  }),
);
const others = fc.record(
  {
    name: fc.constantFrom('Anna Bianchi', 'Ànna "B" 漢'),
    mobile: fc.constantFrom('+393330000001', '+393330000002'),
    privacyVersion: fc.constantFrom('2026-01', '2027-01'),
  },
  { requiredKeys: ['name'] },
);
const person = fc.tuple(identity, others).map(([own, more]) => ({ ...own, ...more }));
const verbale = fc.record(
  {
    protocol: fc.constantFrom('P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7'),
    kind: fc.constantFrom('primaIstanza', 'autotutela', 'revisione'),
    area: fc.constantFrom('handicap', 'handicap', 'sordita'),
    giudizio: fc.constantFrom('handicap', 'handicapGrave', 'nonHandicap', 'sordo'),
    state: fc.constantFrom('definitive', 'draft', 'superseded', 'annulled'),
    definitiveOn: fc.constantFrom('2015-01-01', '2016-02-29', '2016-02-30', '2999-01-01'),
    annuls: fc.constantFrom('P1', 'P2'),
    accompagnamento: fc.constantFrom(false, false, true),
    version: fc.constantFrom(1, 1, 2),
    unknown: fc.constant(1),
  },
  { requiredKeys: ['protocol', 'kind', 'area', 'giudizio', 'state'] },
);
/** Mostly whole; fields that don't go together, and what is no row, are in it too. */
const whole = verbale.map(({ unknown: _, annuls: __, state, ...rest }) => ({
  ...rest,
  state,
  area: rest.giudizio === 'sordo' ? 'sordita' : 'handicap',
  definitiveOn: state === 'draft' ? undefined : (rest.definitiveOn ?? '2015-01-01'),
}));
const line = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(person, whole).map((parts) => Object.assign({}, ...parts)) },
  { weight: 3, arbitrary: fc.tuple(person, verbale).map((parts) => Object.assign({}, ...parts)) },
  { weight: 2, arbitrary: person },
  { weight: 1, arbitrary: fc.constantFrom({}, [], null, { codiceFiscale: 'X' }) },
);
const files = fc.array(fc.array(line, { minLength: 1, maxLength: 25 }), {
  minLength: 1,
  maxLength: 3,
});

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
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

  const take = async (lines: readonly string[], threads = 0) => {
    const rejects: Reject[] = [];
    const counts = await importFile(app.registry, Readable.from([lines.join('\n')]), {
      format: 'ndjson',
      threads,
      onReject: (reject) => {
        rejects.push(reject);
      },
    });
    return { counts, rejects: rejects.map((reject) => reject.line) };
  };

  /** Persons, verbali and events as they are kept, without what differs from run to run. */
  const kept = async () => {
    const persons = await store.db.selectFrom('person').selectAll().where('id', '>', 0).execute();
    const codeOf = new Map<number, string>();
    const people = persons.map((row) => {
      const { codiceFiscale, ...identity } = openIdentity(testKeyring, row.identity_cipher);
      codeOf.set(row.id, codiceFiscale);
      const { has_mobile, has_email, privacy_version: privacyVersion } = row;
      const own = { identity, privacyVersion, has_mobile, has_email, status: row.status };
      return [codiceFiscale, own] as const;
    });
    const verbali = await store.db.selectFrom('verbale').selectAll().orderBy('protocol').execute();
    const events = await store.db
      .selectFrom('status_event')
      .selectAll()
      .orderBy('sequence')
      .execute();
    return {
      people: new Map(people),
      verbali: verbali.map(({ person_id, ...row }) => ({ owner: codeOf.get(person_id), ...row })),
      events: events.map((row) => [row.sequence, codeOf.get(row.person_id), row.status] as const),
    };
  };

  const empty = async () => {
    for (const table of ['status_event', 'verbale'] as const) {
      await store.db.deleteFrom(table).execute();
    }
    await store.db.deleteFrom('person').where('id', '>', 0).execute();
    await store.db.updateTable('counter').set({ value: 0 }).execute();
  };

  test('any rows in any order come to what the rules say, again too', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (some) => {
        await empty();
        const model = new Model();
        const seen: string[] = [];
        for (const rows of [...some, ...some]) {
          const lines = rows.map((row) => JSON.stringify(row));
          const { rejects, changed } = model.take(lines, app.registry.today());
          const done = await take(lines);
          expect(done.rejects).toEqual(rejects);
          expect(done.counts.statusChanges).toBe(changed.length);
          const { people, verbali, events } = await kept();
          expect([...people.keys()].sort()).toEqual([...model.persons.keys()].sort());
          for (const [code, { identity, privacyVersion }] of model.persons) {
            const { codiceFiscale: _, ...rest } = identity;
            expect(people.get(code)).toEqual({
              identity: rest,
              privacyVersion,
              has_mobile: Number('mobile' in rest),
              has_email: 0,
              status: model.statuses.get(code),
            });
          }
          expect(verbali.map(({ owner, body }) => [owner, body])).toEqual(
            [...model.verbali.entries()]
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([, { owner, verbale: one }]) => [owner, JSON.stringify(one)]),
          );
          const fresh = events.slice(seen.length).map(([, code = '', next]) => [code, next]);
          expect(fresh.sort()).toEqual(
            changed.sort().map((code) => [code, model.statuses.get(code)]),
          );
          seen.push(...changed);
          expect(events.map(([sequence]) => sequence)).toEqual(seen.map((_, index) => index + 1));
        }
      }),
      { numRuns: engine === 'sqlite' ? 60 : 15 },
    );
  });

  test('other threads come to the same as this one, in the same order', async () => {
    const lines = sample.map((row) => JSON.stringify(row));
    lines.splice(4000, 0, 'not JSON', '{}', JSON.stringify({ ...sample[1], name: 'Another' }));
    lines.push(JSON.stringify({ ...sample[1], name: 'At last' }));
    const alone = await take(lines);
    const first = await kept();
    await empty();
    expect(await take(lines, 2)).toEqual(alone);
    expect(await kept()).toEqual(first);
    expect(alone.rejects).toEqual([4001, 4002]);
    expect(first.people.size).toBe(6000);
    expect(first.people.get(String(sample[1]?.codiceFiscale))?.identity.name).toBe('At last');
  });
});
