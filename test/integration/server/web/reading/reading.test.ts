import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type SeededPerson, seedPeople } from '../../../../../scripts/sample/seed-people.ts';
import type { App } from '../../../../../server/app.ts';
import { createLog } from '../../../../../server/log.ts';
import { openStore } from '../../../../../server/store/open-store.ts';
import type { Store } from '../../../../../server/store/store.ts';
import type { WebAsset } from '../../../../../server/web/assets.ts';
import { systemClock } from '../../../../../shared/clock.ts';
import { languages } from '../../../../../shared/language.ts';
import { countAttacks } from '../../../../support/attack-counts.ts';
import { startApp } from '../../../../support/server-app.ts';
import { webAssets } from '../../../../support/web-assets.ts';

const OVERLONG = `1/${'A'.repeat(700)}`;

let assets: WebAsset[];
let store: Store;
let app: App;
let people: SeededPerson[];
let logged: string[];
let now: number;

beforeAll(async () => {
  assets = await webAssets();
});
beforeEach(async () => {
  logged = [];
  now = Date.now();
  store = await openStore('sqlite::memory:');
  const log = createLog({ level: 'trace', destination: { write: (line) => logged.push(line) } });
  const clock = { ...systemClock, now: () => now };
  app = await startApp(store, { web: { assets }, log, clock });
  people = await seedPeople(app);
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

const find = (label: SeededPerson['label']) =>
  people.find((person) => person.label === label) as SeededPerson;
const pathOf = (text: string) => new URL(text).pathname;

function get(path: string, headers: Record<string, string> = {}) {
  return app.http.inject({ url: path, headers: { accept: 'text/html', ...headers } });
}

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  return app.http.inject({
    method: 'POST',
    url: path,
    headers: {
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    payload: new URLSearchParams(fields).toString(),
  });
}

const askAbout = (one: SeededPerson, codiceFiscale = one.person.codiceFiscale, query = '') =>
  post(`${pathOf(one.text)}${query}`, { 'codice-fiscale': codiceFiscale });

describe('the page that a camera opens', () => {
  test('is found by the code as printed, and in lower case too', async () => {
    const path = pathOf(find('entitled').text);
    expect(path).toMatch(/^\/V\/1\/[A-Z2-7]+$/);
    for (const each of [path, path.toLowerCase(), `${path}?utm=1`]) {
      const { statusCode, body } = await get(each);
      expect(statusCode).toBe(200);
      expect(body).toContain('Dettaglio lettura QR');
    }
  });

  test('may be kept by nobody, and is disclosed to nobody', async () => {
    const answers = [
      await get(pathOf(find('entitled').text)),
      await askAbout(find('entitled')),
      await get('/V/1/NOTACODE'),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow',
      });
      expect(headers['set-cookie']).toBeUndefined();
    }
    expect(logged.length).toBeGreaterThanOrEqual(3);
    const log = logged.join('');
    expect(log).toContain('"/V/*"');
    for (const { text, person, credentialId } of people) {
      expect(log).not.toContain(pathOf(text).slice(5, 60));
      expect(log).not.toContain(person.codiceFiscale);
      expect(log).not.toContain(credentialId);
    }
  });

  test.each(['', '1', '1/', '1/A', '2/MFRGG', '1/%00', '1/../../etc', OVERLONG])(
    'says of /V/%.20s that it is no code of ours',
    async (rest) => {
      const { statusCode, body } = await get(`/V/${rest}`);
      // A zero byte is no address at all, whatever page it is for.
      expect(statusCode).toBe(rest.includes('%00') ? 400 : 404);
      expect(body).not.toContain('<form method="post"');
    },
  );

  test('refuses a code whose signature does not hold, before anybody is asked about', async () => {
    const path = pathOf(find('entitled').text);
    const forged = `${path.slice(0, -8)}${path.at(-8) === 'A' ? 'B' : 'A'}${path.slice(-7)}`;
    expect((await post(forged, { 'codice-fiscale': 'x' })).statusCode).toBe(404);
    const rows = await store.db.selectFrom('audit').select('kind').execute();
    expect(rows.filter(({ kind }) => kind === 'firstLevel')).toEqual([]);
  });
});

describe('a live code', () => {
  test('is read where its page was opened in its minute, also when typing takes longer', async () => {
    const one = find('entitled');
    const { text } = await app.credentials.liveCode(one.credentialId);
    const page = await get(pathOf(text));
    expect(page.statusCode).toBe(200);
    const seen = /name="seen" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const fields = { 'codice-fiscale': one.person.codiceFiscale };
    now += 120_000;
    const inTime = await post(pathOf(text), { ...fields, seen });
    expect(inTime.body).toContain('varco-areas');
    // A photograph of it, opened now; and a seal of another code.
    expect((await get(pathOf(text))).statusCode).toBe(410);
    const photo = await post(pathOf(text), fields);
    expect(photo.statusCode).toBe(410);
    expect(photo.body).toContain('forse è una foto');
    const other = await app.credentials.liveCode(find('notCovered').credentialId);
    now += 120_000;
    expect((await post(pathOf(other.text), { ...fields, seen })).statusCode).toBe(410);
    now += 600_000;
    expect((await post(pathOf(text), { ...fields, seen })).statusCode).toBe(410);
  });
});

describe('the answer', () => {
  test.each(languages)('says yes or no of five areas, in %s, and no percentage', async (lang) => {
    const { statusCode, body } = await askAbout(
      find('entitledWithCompanion'),
      undefined,
      `?lang=${lang}`,
    );
    expect(statusCode).toBe(200);
    expect(body.match(/class="varco-yes"/g)).toHaveLength(2);
    expect(body.match(/class="varco-no"/g)).toHaveLength(3);
    expect(body).toMatch(/[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}/);
    expect(body).not.toMatch(/100|totaleNonDeambula|%/);
    expect(body).not.toContain(find('entitledWithCompanion').person.codiceFiscale);
    expect(body).not.toContain('Bianchi');
  });

  test('is the same page for revoked and wrong, but for time and reference', async () => {
    const strip = (body: string) =>
      body.replace(/<dl.*<\/dl>/s, '').replaceAll(/\/V\/1\/[A-Z0-9]+/g, 'PATH');
    const wrong = await askAbout(find('entitled'), find('notCovered').person.codiceFiscale);
    const revoked = await askAbout(find('revoked'));
    expect(wrong.statusCode).toBe(200);
    expect(strip(wrong.body)).toContain('Non riconosciuto');
    expect(strip(revoked.body)).toBe(strip(wrong.body));
    await sql`delete from credential_event`.execute(store.db);
    await sql`delete from credential where id = ${find('notCovered').credentialId}`.execute(
      store.db,
    );
    expect(strip((await askAbout(find('notCovered'))).body)).toBe(strip(wrong.body));
  });

  test('not in the archive is no “no”; a store that fails is “not now”', async () => {
    const none = await askAbout(find('notInArchive'));
    expect(none.body).toContain('Non è un «no»');
    expect(none.body).toContain('verbale');
    await sql`alter table audit rename to audit_away`.execute(store.db);
    const failed = await askAbout(find('entitled'));
    await sql`alter table audit_away rename to audit`.execute(store.db);
    expect(failed.statusCode).toBe(503);
    expect(failed.body).toContain('Ora non possiamo confermare');
  });

  test('of a card is valid or not valid', async () => {
    const { codiceFiscale } = find('entitled').person;
    const card = { serial: 'IT-1', expiresAt: Date.now() + 60_000, companion: false };
    const { id, text } = await app.credentials.issue(codiceFiscale, { actor: 'test', card });
    const ask = (code: string) => post(pathOf(text), { 'codice-fiscale': code });
    const valid = await ask(codiceFiscale);
    expect(valid.body).toContain('Carta valida');
    expect(valid.body).not.toContain('varco-areas');
    expect((await ask(find('revoked').person.codiceFiscale)).body).toContain('Carta non valida');
    await sql`update credential set expires_at = 1 where id = ${id}`.execute(store.db);
    expect((await ask(codiceFiscale)).body).toContain('Carta non valida');
  });

  test('a form that is sent twice is one question', async () => {
    const one = find('entitled');
    const page = await get(pathOf(one.text));
    const request = /name="request" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const fields = { request, 'codice-fiscale': one.person.codiceFiscale };
    const [first, second] = await Promise.all([
      post(pathOf(one.text), fields),
      post(pathOf(one.text), fields),
    ]);
    expect(second.body).toBe(first.body);
    const rows = await store.db.selectFrom('audit').select('kind').execute();
    expect(rows.filter(({ kind }) => kind === 'firstLevel')).toHaveLength(1);
  });

  test('what is no codice fiscale is said at its field and asks nobody', async () => {
    const wrong = ['', 'RSSMRA80A01H501X', 'RSSMRA80A01H50', 'ì'.repeat(16), 'A'.repeat(65)];
    for (const code of wrong) {
      const { statusCode, body } = await askAbout(find('entitled'), code);
      expect(statusCode).toBe(422);
      expect(body).toContain('aria-invalid="true"');
      expect(body).toContain('id="codice-fiscale-error"');
      expect(code === '' || !body.includes(code)).toBe(true);
    }
    const rows = await store.db.selectFrom('audit').select('kind').execute();
    expect(rows.filter(({ kind }) => kind === 'firstLevel')).toEqual([]);
  });

  test('after too many wrong tries the page says to wait, and how long', async () => {
    const wrong = find('notCovered').person.codiceFiscale;
    for (let tried = 0; tried < 5; tried += 1) {
      await askAbout(find('entitled'), wrong);
    }
    const { statusCode, headers, body } = await askAbout(find('entitled'));
    expect(statusCode).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(body).toContain('Troppi tentativi');
    const elsewhere = await app.http.inject({
      method: 'POST',
      url: pathOf(find('entitled').text),
      remoteAddress: '198.51.100.9',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `codice-fiscale=${find('entitled').person.codiceFiscale}`,
    });
    expect(elsewhere.statusCode).toBe(200);
  });
});

test('whatever comes, it is never a fault of ours and never anybody’s answer', async () => {
  const { text, person } = find('entitled');
  const body = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.dictionary(fc.string(), fc.string()).map((one) => new URLSearchParams(one).toString()),
    fc.string().map((code) => new URLSearchParams({ 'codice-fiscale': code }).toString()),
    fc
      .array(
        fc.constantFrom('codice-fiscale=A', 'codice-fiscale=', 'request=x', '=', '&', '%', '[]'),
      )
      .map((parts) => parts.join('&')),
  );
  const header = fc.constantFrom('cookie', 'accept-language', 'accept', 'content-type', 'origin');
  const value = fc.stringMatching(/^[\x20-\x7e]{0,80}$/);
  const path = fc.oneof(
    fc.constant(pathOf(text)),
    fc.webPath().map((one) => `/V${one}`),
    fc.string({ unit: 'grapheme' }).map((one) => `/v/1/${encodeURIComponent(one)}`),
  );
  await fc.assert(
    fc.asyncProperty(path, body, fc.dictionary(header, value), async (url, payload, headers) => {
      const answer = await app.http.inject({
        method: 'POST',
        url,
        payload,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      });
      countAttacks({ inputs: 1, refused: answer.statusCode >= 400 ? 1 : 0 });
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.body).not.toContain('varco-areas');
      expect(answer.body).not.toContain(person.codiceFiscale);
    }),
    { numRuns: 300 },
  );
});
