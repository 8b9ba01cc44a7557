import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../server/app.ts';
import { fingerprintOf, importFile } from '../../../server/registry/import.ts';
import type { ImportFormat } from '../../../server/registry/import-records.ts';
import type { Reject } from '../../../server/registry/prepare.ts';
import { samplePopulation } from '../../../server/registry/sample.ts';
import { giudizioNames, verbaleKinds } from '../../../server/registry/verbale.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { startApp } from '../../support/server-app.ts';

let store: Store;
let app: App;
let rejects: Reject[];
beforeEach(async () => {
  rejects = [];
  store = await openStore('sqlite::memory:');
  app = await startApp(store);
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

const sample = [...samplePopulation({ persons: 3000, seed: 7, privacyVersion: '2026-01' })];
const lines = sample.map((row) => JSON.stringify(row));

function take(text: string, format: ImportFormat = 'ndjson', more = {}) {
  const onReject = (reject: Reject) => {
    rejects.push(reject);
  };
  return importFile(app.registry, Readable.from([Buffer.from(text)]), {
    format,
    onReject,
    ...more,
  });
}

test('the sample is lifelike, the same for a seed, and nobody in it is doubled', () => {
  expect([...samplePopulation({ persons: 3000, seed: 7, privacyVersion: '2026-01' })]).toEqual(
    sample,
  );
  const seen = (field: string) => new Set(sample.map((row) => row[field]).filter(Boolean));
  expect([...seen('giudizio')].sort()).toEqual([...giudizioNames].sort());
  expect([...seen('kind')].sort()).toEqual([...verbaleKinds].sort());
  expect(seen('codiceFiscale').size).toBe(3000);
});

test('a sample comes in whole, and again changes nothing', async () => {
  const verbali = sample.filter((row) => row.protocol).length;
  expect(await take(lines.join('\n'))).toMatchObject({ verbali, rejected: 0 });
  expect(await take(lines.join('\n'))).toMatchObject({ verbali: 0, unchanged: verbali });
  expect(rejects).toEqual([]);
});

const good = JSON.parse(lines.find((line) => line.includes('"totale"')) ?? '{}');

test('bad rows are reported by line and field, never by value, and stop nothing', async () => {
  const bad = [
    '{"codiceFiscale":',
    '[]',
    JSON.stringify({ ...good, codiceFiscale: 'RSSMRA80A01H501X' }),
    JSON.stringify({ ...good, percentage: 12 }),
    JSON.stringify({ ...good, definitiveOn: '2009-12-31' }),
    JSON.stringify({ ...good, area: 'sordita' }),
    JSON.stringify({ ...good, secret: 1 }),
    JSON.stringify({ ...good, mobile: 'call me' }),
  ];
  const counts = await take([...bad, JSON.stringify(good)].join('\n'));
  expect(counts).toMatchObject({ lines: 9, verbali: 1, rejected: 8 });
  expect(rejects.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const reasons = rejects.map(({ reason }) => reason.split(':')[0]);
  const fields = ['percentage', 'definitiveOn', 'giudizio', 'row', 'mobile'];
  expect(reasons).toEqual([
    'the line is not JSON',
    'the line is not a JSON object',
    'codiceFiscale',
    ...fields,
  ]);
  const reported = JSON.stringify(rejects);
  expect(reported).not.toContain('RSSMRA');
  expect(reported).not.toContain(good.codiceFiscale);
});

test('a dry run checks every row and writes nothing', async () => {
  expect(await take(`{}\n${JSON.stringify(good)}`, 'ndjson', { dryRun: true })).toMatchObject({
    lines: 2,
    verbali: 0,
    rejected: 1,
  });
  expect(await app.registry.findPerson(good.codiceFiscale)).toBeUndefined();
});

test('an interrupted import goes on where it was', async () => {
  const fingerprint = await fingerprintOf(Readable.from([Buffer.from(lines.join('\n'))]), 'ndjson');
  const half = Buffer.from(`${lines.slice(0, 2000).join('\n')}\n`);
  async function* broken() {
    yield half;
    throw Object.assign(new Error('pulled'), { code: 'EIO' });
  }
  const onReject = () => {};
  const options = { format: 'ndjson', fingerprint, onReject } as const;
  await expect(importFile(app.registry, Readable.from(broken()), options)).rejects.toThrow();
  expect(await app.registry.importedLines(fingerprint)).toBe(2000);
  const rest = await take(lines.join('\n'), 'ndjson', { fingerprint });
  const expected = sample.slice(2000).filter((row) => row.protocol).length;
  expect(rest).toMatchObject({ lines: lines.length, verbali: expected, unchanged: 0 });
});

const ada = { codiceFiscale: 'RSSMRA80A01H501U', name: 'Mario Rossi', birthDate: '1980-01-01' };
const judged = {
  ...{ protocol: 'X1', kind: 'primaIstanza', area: 'invaliditaCivile', state: 'definitive' },
  ...{ definitiveOn: '2015-01-01', giudizio: 'totale', percentage: 100 },
};

test.each<[string, Record<string, unknown>]>([
  ['birthDate: contradicts the codice fiscale', { birthDate: '1980-01-02' }],
  ['birthDate: is in the future', { birthDate: '2999-01-01', definitiveOn: '2999-01-02' }],
  ['giudizio: is an elder’s', { giudizio: 'anziano100' }],
  ['giudizio: is a minor’s', { giudizio: 'minoreDifficolta', percentage: undefined }],
  [
    'definitiveOn: is before the birth',
    { codiceFiscale: 'RSSMRA20A01H501G', birthDate: '2020-01-01' },
  ],
  ['percentage: is not from 100 to 100', { percentage: 99 }],
  ['percentage: is not from 74 to 99', { giudizio: 'da74a99', percentage: 73 }],
  ['accompagnamento: contradicts the giudizio totale', { accompagnamento: true }],
  [
    'accompagnamento: contradicts the giudizio totaleNonDeambula',
    { giudizio: 'totaleNonDeambula', accompagnamento: false },
  ],
  ['annuls: names the verbale itself', { kind: 'autotutela', annuls: 'X1' }],
])('a contradiction is rejected in both formats: %s', async (reason, wrong) => {
  const row: Record<string, unknown> = { ...ada, ...judged, ...wrong };
  await take(JSON.stringify(row));
  const columns = Object.keys(row).filter((name) => row[name] !== undefined);
  const cells = columns.map((name) => row[name]).join();
  await take(`${columns.join()}\n${cells}`, 'csv');
  expect(rejects).toEqual([
    { line: 1, reason: expect.stringContaining(reason) },
    { line: 2, reason: expect.stringContaining(reason) },
  ]);
  expect(await app.registry.findPerson(String(row.codiceFiscale))).toBeUndefined();
});

test('a correction has a higher version; what is behind is rejected by name', async () => {
  const row = (more: object) => JSON.stringify({ ...ada, ...judged, ...more });
  const classOf = async () => {
    const found = await app.registry.findPerson(ada.codiceFiscale);
    return found?.status.invaliditaCivile?.giudizio;
  };
  const lower = { giudizio: 'da74a99', percentage: 80 };
  await take(row({}));
  await take(row(lower));
  expect(await classOf()).toBe('totale');
  await take(row({ ...lower, version: 2 }));
  expect(await classOf()).toBe('da74a99');
  await take(row({}));
  await take(row({ ...lower, version: 2, state: 'annulled' }));
  expect(await classOf()).toBe('nonInvalido');
  await take(row({ ...lower, version: 2 }));
  await take(row({ ...lower, version: 3 }));
  expect(await classOf()).toBe('da74a99');
  expect(await take(row({ ...lower, version: 3 }))).toMatchObject({ unchanged: 1, verbali: 0 });
  expect(rejects.map(({ reason }) => reason.split(':')[0])).toEqual([
    'protocol',
    'version',
    'state',
  ]);
});

test('a file that was imported to its end is read again, and what is known is counted', async () => {
  const fingerprint = 'f';
  const verbali = sample.filter((row) => row.protocol).length;
  await take(lines.join('\n'), 'ndjson', { fingerprint });
  expect(await take(lines.join('\n'), 'ndjson', { fingerprint })).toMatchObject({
    ...{ verbali: 0, unchanged: verbali },
  });
});

test('CSV: the documented columns, with quotes, blanks and a byte order mark', async () => {
  const text = [
    '\uFEFFcodiceFiscale,name,birthDate,protocol,kind,area,giudizio,percentage,accompagnamento,fiscalBenefits,state,definitiveOn',
    'RSSMRA80A01H501U,"Rossi, Mario",1980-01-01,C1,primaIstanza,invaliditaCivile,totaleNonDeambula,100,true,contrassegnoParcheggio ipovedenti,definitive,2015-01-01',
    'RSSMRA80A01H501U,Mario,1980-01-01,C2,primaIstanza,invaliditaCivile,totale,many,false,,definitive,2015-01-01',
    'RSSMRA80B01F205W,Rosa,1980-02-01,,,,,,,,,',
  ].join('\r\n');
  expect(await take(text, 'csv')).toMatchObject({ verbali: 1, rejected: 1 });
  expect(rejects[0]).toMatchObject({ line: 3 });
  const found = await app.registry.findPerson('RSSMRA80A01H501U');
  expect(found?.status.invaliditaCivile).toMatchObject({
    accompagnamento: true,
    fiscalBenefits: ['contrassegnoParcheggio', 'ipovedenti'],
  });
  expect((await app.registry.identity(found?.id ?? 0)).name).toBe('Rossi, Mario');
  expect((await app.registry.findPerson('RSSMRA80B01F205W'))?.status).toEqual({});
});

test.each([
  ['an unknown column', 'codiceFiscale,name,birthDate,height\n'],
  ['a missing column', 'codiceFiscale,name\n'],
  ['quotes that never end', 'codiceFiscale,name,birthDate\n"RSS'],
])('CSV with %s is no import', async (_what, text) => {
  await expect(take(text, 'csv')).rejects.toMatchObject({ code: 'importUnreadable' });
});

test('an endless line is no NDJSON', async () => {
  await expect(take('x'.repeat(70_000))).rejects.toMatchObject({ code: 'importUnreadable' });
});

test('nothing of a person is readable in the database', async () => {
  await take(JSON.stringify(good));
  const rows = JSON.stringify(await store.db.selectFrom('person').selectAll().execute());
  for (const secret of [good.codiceFiscale, good.name, good.birthDate, good.email, good.mobile]) {
    expect(rows).not.toContain(secret ?? 'nothing');
    expect(rows).not.toContain(Buffer.from(secret ?? 'nothing').toString('hex'));
  }
});
