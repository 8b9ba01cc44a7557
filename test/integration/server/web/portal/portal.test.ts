import fc from 'fast-check';
import { sql } from 'kysely';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { demoPeople } from '../../../../../scripts/sample/demo-people.ts';
import type { App } from '../../../../../server/app.ts';
import { windowOf } from '../../../../../server/guessing/counted-windows.ts';
import { openStore } from '../../../../../server/store/open-store.ts';
import type { Store } from '../../../../../server/store/store.ts';
import type { WebAsset } from '../../../../../server/web/assets.ts';
import { formatTime } from '../../../../../server/web/moment.ts';
import { deskWords } from '../../../../../server/web/operator/desk-words.ts';
import { portalWords } from '../../../../../server/web/portal/portal-words.ts';
import { languages } from '../../../../../shared/language.ts';
import { countAttacks } from '../../../../support/attack-counts.ts';
import { Catcher } from '../../../../support/catcher.ts';
import { administrator } from '../../../../support/fleet-app.ts';
import { startApp, testKeyring } from '../../../../support/server-app.ts';
import { webAssets } from '../../../../support/web-assets.ts';

const HOST = '127.0.0.1';
const AGENT = 'test';

let assets: WebAsset[];
let store: Store;
let app: App;
let post: Catcher;
let now: number;

beforeAll(async () => {
  assets = await webAssets();
});
beforeEach(async () => {
  now = Date.now();
  post = new Catcher();
  store = await openStore('sqlite::memory:');
  const clock = {
    now: () => now,
    monotonic: () => performance.now(),
    after: (ms: number, act: () => void) => {
      const timer = setTimeout(act, Math.min(ms, 5));
      return () => clearTimeout(timer);
    },
  };
  app = await startApp(store, { web: { assets }, transports: post.transports(), clock });
  const rows = demoPeople.flatMap(({ person, verbali }) => [
    { person },
    ...verbali.map((verbale) => ({ person, verbale })),
  ]);
  await app.registry.importRows(rows);
  app.notify.start();
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

type Person = (typeof demoPeople)[number];
const [giovanna, marco, , , paola] = demoPeople as [Person, Person, Person, Person, Person];
const stranger = { codiceFiscale: 'RSSMRA80A01H501U', name: 'Mario Rossi' };

/** A browser that somebody logged in with. */
class Visitor {
  cookie = '';
  csrf = '';

  static async arrive(person: { codiceFiscale: string; name: string }): Promise<Visitor> {
    const visitor = new Visitor();
    const { codiceFiscale, name } = person;
    const { token } = await app.sessions.create(
      { kind: 'citizen', codiceFiscale, name, assurance: 2, method: 'oidc' },
      AGENT,
    );
    visitor.cookie = `varco-loopback=${token}`;
    await visitor.get('/portal/delegates');
    return visitor;
  }

  async get(url: string) {
    const answer = await this.send({ method: 'GET', url });
    this.csrf = /name="csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? this.csrf;
    return answer;
  }

  post(url: string, fields: Record<string, string> = {}) {
    return this.send({
      method: 'POST',
      url,
      payload: new URLSearchParams({ csrf: this.csrf, ...fields }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  async send(options: {
    method: 'GET' | 'POST';
    url: string;
    payload?: string | Buffer;
    headers?: Record<string, string>;
  }) {
    const answer = await app.http.inject({
      ...options,
      remoteAddress: HOST,
      headers: {
        host: HOST,
        accept: 'text/html',
        'user-agent': AGENT,
        cookie: this.cookie,
        ...options.headers,
      },
    });
    const [fresh] = answer.cookies.filter(({ name, value }) => name === 'varco-loopback' && value);
    if (fresh) {
      this.cookie = `varco-loopback=${fresh.value}`;
    }
    return answer;
  }

  ask() {
    return this.post('/portal/request', { privacy: '2026-01' });
  }
}

const personOf = async (one: { codiceFiscale: string }) => {
  const person = await app.registry.findPerson(one.codiceFiscale);
  return person?.id ?? 0;
};
const codesOf = async (one: { codiceFiscale: string }) =>
  app.credentials.listForPerson(await personOf(one));

describe('a new request', () => {
  test('a double click, and two devices at once, give one code', async () => {
    const phone = await Visitor.arrive(marco.person);
    const desktop = await Visitor.arrive(marco.person);
    const answers = await Promise.all([phone.ask(), phone.ask(), desktop.ask(), desktop.ask()]);
    for (const answer of answers) {
      expect(answer.statusCode).toBe(303);
      expect(answer.headers.location).toBe('/portal/requests/1?done=made');
    }
    expect(await codesOf(marco.person)).toHaveLength(1);
  });

  test('sends the sheet by itself, without the name of the person', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const mail = await post.next('email');
    expect(mail.to).toBe(marco.person.email);
    expect(mail.attachments?.[0]?.filename).toBe('codice-qr.pdf');
    expect(`${mail.subject} ${mail.text} ${mail.html}`).not.toContain('Bianchi');
  });

  test('a notice that is no longer in force is shown again', async () => {
    const visitor = await Visitor.arrive(marco.person);
    const answer = await visitor.post('/portal/request', { privacy: '2019-01' });
    expect(answer.headers.location).toBe('/portal/request/privacy');
    expect(await codesOf(marco.person)).toEqual([]);
  });

  test('a person without a status learns why, kindly, and gets none', async () => {
    const visitor = await Visitor.arrive(paola.person);
    const answer = await visitor.ask();
    expect(answer.statusCode).toBe(409);
    expect(answer.body).toContain('verbale di carta');
  });

  test('the PDF is the person’s only, and is gone with its code', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const pdf = await visitor.get('/portal/requests/1/pdf');
    expect(pdf.headers['content-type']).toBe('application/pdf');
    expect(pdf.headers['cache-control']).toBe('no-store');
    expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
    const other = await Visitor.arrive(giovanna.person);
    for (const path of ['', '/pdf', '/renew', '/revoke']) {
      expect((await other.get(`/portal/requests/1${path}`)).statusCode).toBe(404);
    }
    await visitor.post('/portal/requests/1/revoke');
    expect((await visitor.get('/portal/requests/1/pdf')).statusCode).toBe(404);
  });

  test('Invio mail twice in a moment is one message', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    await post.next('email');
    now += 120_000;
    const [one, two] = [
      await visitor.post('/portal/requests/1/mail'),
      await visitor.post('/portal/requests/1/mail'),
    ];
    expect([one.headers.location, two.headers.location]).toEqual([
      '/portal/requests/1?done=mailed',
      '/portal/requests/1?done=mailed',
    ]);
    await post.next('email');
    await app.notify.idle();
    expect(post.count('email')).toBe(2);
  });
});

describe('a code in hand', () => {
  test('renewed, revoked: asked first, done once', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    expect((await visitor.get('/portal/requests/1/renew')).body).toContain('Vuoi davvero');
    const [first, second] = await Promise.all([
      visitor.post('/portal/requests/1/renew'),
      visitor.post('/portal/requests/1/renew'),
    ]);
    expect([first.headers.location, second.headers.location]).toEqual([
      '/portal/requests/2?done=renew',
      '/portal/requests/2?done=renew',
    ]);
    const [newer, older] = await codesOf(marco.person);
    // This clock stands still; the order of issue is the codes' number all the same.
    expect(newer?.issuedAt).toBe((older?.issuedAt ?? 0) + 1);
    await visitor.post('/portal/requests/2/revoke');
    const states = (await codesOf(marco.person)).map(({ state }) => state);
    expect(states).toEqual(['revoked', 'revoked']);
  });

  test('“this was not me” locks it, and unlocking opens it again', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const [code] = await codesOf(marco.person);
    const check = async () => {
      const { codiceFiscale } = marco.person;
      const asker = { id: 'operator:1', site: 's' };
      const requestId = crypto.randomUUID();
      const question = { asker, requestId, credentialId: code?.id ?? '', codiceFiscale };
      return (await app.firstLevel.ask(question)).answer.outcome;
    };
    expect(await check()).toBe('status');
    const answer = await visitor.post('/portal/checks/lock');
    expect(answer.headers.location).toBe('/portal/checks?done=locked');
    expect(await check()).toBe('notRecognised');
    expect((await visitor.get('/portal')).body).toContain('Il tuo codice è bloccato');
    expect((await visitor.get('/portal/live/now')).statusCode).toBe(404);
    await visitor.post('/portal/requests/1/unlock');
    expect(await check()).toBe('status');
    const page = await visitor.get('/portal/checks');
    expect(page.body).toContain('Sì per: Invalidità civile, Handicap (legge 104/1992)');
    expect(page.body).toContain('Non riconosciuto');
  });

  test.each(languages)('a desk’s place and purpose have names, in %s', async (lang) => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const [code] = await codesOf(marco.person);
    const site = `museum-${lang}`;
    await app.fleet.sites.create(administrator, { id: site, title: 'Museo del mare' });
    await app.fleet.state.reload();
    const validUntil = now + 60_000;
    const operator = { operatorId: '1', role: 'operator', sites: 'all', site, validUntil } as const;
    await app.secondLevel.requestCode(operator, {
      credentialId: code?.id ?? '',
      codiceFiscale: marco.person.codiceFiscale,
      purpose: 'esenzione-ticket',
    });
    const { body } = await visitor.get(`/portal/checks?lang=${lang}`);
    expect(body).toContain(portalWords[lang].checks.places.operator('Museo del mare'));
    expect(body).toContain(`(${deskWords[lang].purposes['esenzione-ticket']})`);
    expect(body).not.toContain('esenzione-ticket');
    expect(body).not.toContain(site);
  });

  test.each(languages)('wrong attempts are one entry with their count, in %s', async (lang) => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const [code] = await codesOf(marco.person);
    now = windowOf(now) + 3_600_000;
    const asker = { id: 'reader:1', site: 'reading:1' };
    const { codiceFiscale } = giovanna.person;
    for (let tried = 0; tried < 47; tried += 1) {
      const requestId = crypto.randomUUID();
      const question = { asker, requestId, credentialId: code?.id ?? '', codiceFiscale };
      await app.firstLevel.ask(question);
      now += 1000;
    }
    now += 900_000;
    await app.housekeeping.run();
    const later = await Visitor.arrive(marco.person);
    const { body } = await later.get(`/portal/checks?lang=${lang}`);
    expect(body.match(/<li class="varco-panel"/g)).toHaveLength(1);
    const words = portalWords[lang].checks;
    const span = [now - 947_000, now - 901_000].map((at) => formatTime(at, lang));
    expect(body).toContain(words.attempts(47, span[0] ?? '', span[1] ?? ''));
    expect(body).toContain(words.places.reader);
    // A page that does not exist is the first one; so is one before all checks empty.
    expect((await later.get(`/portal/checks?before=x&lang=${lang}`)).body).toContain(
      words.places.reader,
    );
    const none = await later.get(`/portal/checks?before=1000&lang=${lang}`);
    expect(none.body).not.toContain(words.places.reader);
    expect(none.body).toContain('href="/portal/checks"');
  });

  test('the live code is another one each half minute', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const page = await visitor.get('/portal/live');
    expect(page.body).toContain('<noscript><meta http-equiv="refresh"');
    const take = async () => JSON.parse((await visitor.get('/portal/live/now')).body);
    const first = await take();
    expect(first.renewInMs).toBeLessThanOrEqual(30_000);
    now += first.renewInMs;
    const second = await take();
    expect(second.image).not.toBe(first.image);
    expect(second.renewInMs).toBe(30_000);
  });
});

describe('contacts', () => {
  beforeEach(async () => {
    const bare = { ...marco.person, mobile: undefined, email: undefined };
    await app.registry.importRows([{ person: bare as typeof marco.person }]);
  });

  test('are asked for, confirmed by code, and one is back where one was', async () => {
    const visitor = await Visitor.arrive(marco.person);
    const sent = await visitor.get('/portal/request/data');
    expect(sent.headers.location).toBe('/portal/contacts?next=/portal/request/data');
    expect((await visitor.ask()).headers.location).toContain('/portal/contacts?next=');
    for (const [channel, typed, kept] of [
      ['sms', '333 123 45 67', '+393331234567'],
      ['email', 'marco@example.org', 'marco@example.org'],
    ] as const) {
      const next = '/portal/request/data';
      const asked = await visitor.post(`/portal/contacts/${channel}`, { [channel]: typed, next });
      expect(asked.headers.location).toContain('next=%2Fportal%2Frequest%2Fdata');
      const message = await post.next(channel);
      expect(message.to).toBe(kept);
      const code = /\b\d{6}\b/.exec(message.text)?.[0] ?? '';
      const wrong = await visitor.post(`/portal/contacts/${channel}/confirm`, {
        [`${channel}-code`]: code === '000000' ? '111111' : '000000',
        next,
      });
      expect(wrong.statusCode).toBe(422);
      const done = await visitor.post(`/portal/contacts/${channel}/confirm`, {
        [`${channel}-code`]: ` ${code.slice(0, 3)} ${code.slice(3)}`,
        next,
      });
      expect(done.headers.location).toBe(
        `/portal/contacts?done=${channel}&next=%2Fportal%2Frequest%2Fdata`,
      );
    }
    const page = await visitor.get('/portal/contacts?next=/portal/request/data');
    expect(page.body).toContain('href="/portal/request/data"');
    expect((await visitor.get('/portal/request/data')).statusCode).toBe(200);
    const identity = await app.registry.identity(await personOf(marco.person));
    expect(identity).toMatchObject({ mobile: '+393331234567', email: 'marco@example.org' });
  });

  test('a code is good three times, five minutes, for one person', async () => {
    const visitor = await Visitor.arrive(marco.person);
    const start = () => visitor.post('/portal/contacts/email', { email: 'a@example.org' });
    const confirm = (who: Visitor, code: string) =>
      who.post('/portal/contacts/email/confirm', { 'email-code': code });
    await start();
    const code = /\b\d{6}\b/.exec((await post.next('email')).text)?.[0] ?? '';
    const other = await Visitor.arrive(giovanna.person);
    expect((await confirm(other, code)).statusCode).toBe(422);
    now += 300_001;
    expect((await confirm(visitor, code)).body).toContain('non vale più');
    const identity = await app.registry.identity(await personOf(giovanna.person));
    expect(identity.email).toBe(giovanna.person.email);
  });

  test.each([
    ['sms', 'abc'],
    ['sms', '12'],
    ['email', 'nobody'],
    ['email', 'a@b@c'],
    ['email', ''],
  ])('by %s: “%s” is said to be none', async (channel, value) => {
    const visitor = await Visitor.arrive(marco.person);
    const answer = await visitor.post(`/portal/contacts/${channel}`, { [channel]: value });
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('aria-invalid="true"');
  });

  test.each(['https://evil.example/', '//evil.example', '/login', '/portal/../x\n', '/\\evil'])(
    'never leads to %j',
    async (next) => {
      const visitor = await Visitor.arrive(marco.person);
      const page = await visitor.get(`/portal/contacts?next=${encodeURIComponent(next)}`);
      expect(page.statusCode).toBe(200);
      expect(page.body).not.toContain('name="next"');
      expect(page.body).not.toContain('Prosegui da dove eri');
    },
  );
});

describe('who is not in the archive', () => {
  test('is informed kindly on every page, with the ways that there are', async () => {
    const visitor = await Visitor.arrive(stranger);
    for (const path of ['', '/request', '/requests', '/status', '/checks', '/card', '/data']) {
      const answer = await visitor.get(`/portal${path}`);
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('Non vuol dire che non hai diritto');
      expect(answer.body).toContain('sentenza');
    }
    const asked = await visitor.ask();
    expect(asked.body).toContain('Non vuol dire che non hai diritto');
  });

  test('nobody at all is led to the login and back', async () => {
    const nobody = new Visitor();
    const answer = await nobody.get('/portal/checks');
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/login?to=%2Fportal%2Fchecks');
  });
});

describe('another citizen in the same browser', () => {
  test('a form of the session before does nothing, and says why', async () => {
    const before = await Visitor.arrive(marco.person);
    await before.ask();
    const after = await Visitor.arrive(giovanna.person);
    after.csrf = before.csrf;
    const answer = await after.post('/portal/checks/lock');
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('In questo browser è entrata un’altra persona');
    expect((await codesOf(marco.person))[0]?.state).toBe('live');
  });

  test('sees nothing of the one before, and no page may be kept', async () => {
    const before = await Visitor.arrive(marco.person);
    await before.ask();
    const after = await Visitor.arrive(giovanna.person);
    for (const path of [
      '',
      '/requests',
      '/status',
      '/checks',
      '/contacts',
      '/delegates',
      '/data',
    ]) {
      const { body, headers } = await after.get(`/portal${path}`);
      expect(headers['cache-control']).toBe('no-store');
      expect(body).not.toContain('Bianchi');
      expect(body).not.toContain(marco.person.codiceFiscale);
    }
  });
});

describe('delegates', () => {
  const inDays = (days: number) => new Date(now + days * 86_400_000).toISOString().slice(0, 10);
  const give = (visitor: Visitor, changes: Record<string, string> = {}) =>
    visitor.post('/portal/delegates', {
      name: stranger.name,
      codiceFiscale: stranger.codiceFiscale,
      endsOn: inDays(30),
      ...changes,
    });

  test('a stranger acts for a citizen, as far as a delegate may, and both names are kept', async () => {
    const owner = await Visitor.arrive(marco.person);
    expect((await give(owner)).headers.location).toBe('/portal/delegates?done=added');
    expect((await post.next('email')).to).toBe(marco.person.email);
    const delegate = await Visitor.arrive(stranger);
    const choice = await delegate.get('/portal/for');
    expect(choice.body).toContain('Agisci per Marco Bianchi');
    const delegation = /name="delegation" value="([^"]+)"/.exec(choice.body)?.[1] ?? '';
    await delegate.post('/portal/for', { delegation });
    const home = await delegate.get('/portal');
    expect(home.body).toContain('Stai agendo per Marco Bianchi');
    expect(home.body).toContain('Mario Rossi, per Marco Bianchi');
    await delegate.ask();
    expect(await codesOf(marco.person)).toHaveLength(1);
    for (const path of ['/contacts', '/delegates', '/data/erase']) {
      expect((await delegate.get(`/portal${path}`)).statusCode).toBe(403);
    }
    expect((await delegate.post('/portal/data/erase')).statusCode).toBe(403);
    expect((await delegate.post('/portal/contacts/sms', { sms: '3331234567' })).statusCode).toBe(
      403,
    );
    const rows = await store.db
      .selectFrom('audit')
      .select(['kind', 'subject', 'body'])
      .where('kind', 'in', ['delegation.act', 'credential.issued'])
      .execute();
    const month = new Date(now).toISOString().slice(0, 7);
    const names = [marco.person, stranger].map(({ codiceFiscale }) =>
      testKeyring.pseudonym(month, testKeyring.codeMac(codiceFiscale)),
    );
    for (const name of names) {
      const acts = rows.filter(
        ({ subject, kind }) => subject === name && kind === 'delegation.act',
      );
      expect(acts.map(({ body }) => JSON.parse(body).act)).toContain('POST /portal/request');
    }
    const issued = rows.find(({ kind }) => kind === 'credential.issued');
    expect(JSON.parse(issued?.body ?? '{}').actor).toBe(`delegate:${delegation}`);
  });

  test('an ended delegation ends at once, also in the middle', async () => {
    const owner = await Visitor.arrive(marco.person);
    await give(owner);
    const delegate = await Visitor.arrive(stranger);
    const page = await delegate.get('/portal/for');
    const delegation = /name="delegation" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    await delegate.post('/portal/for', { delegation });
    expect((await delegate.get('/portal/status')).statusCode).toBe(200);
    await owner.post(`/portal/delegates/${delegation}/end`);
    const after = await delegate.get('/portal/status');
    expect(after.headers.location).toBe('/portal/for?over=1');
    expect((await delegate.get('/portal/for')).body).not.toContain('Marco');
    expect((await delegate.post('/portal/for', { delegation })).headers.location).toContain('over');
  });

  test('its last day counts, and the day after it is over', async () => {
    const owner = await Visitor.arrive(marco.person);
    await give(owner, { endsOn: inDays(1) });
    const last = Date.parse(`${inDays(1)}T21:59:00Z`);
    now = last;
    const delegate = await Visitor.arrive(stranger);
    expect((await delegate.get('/portal/for')).body).toContain('Marco Bianchi');
    now = last + 62 * 60_000;
    const late = await Visitor.arrive(stranger);
    expect((await late.get('/portal/for')).body).not.toContain('Marco Bianchi');
  });

  test.each([
    ['a name', { name: 'x' }],
    ['a code', { codiceFiscale: 'RSSMRA80A01H501X' }],
    ['oneself', { codiceFiscale: 'BNCMRC68P11L219B' }],
    ['a day', { endsOn: '' }],
    ['a day that has been', { endsOn: '2020-01-01' }],
    ['a day too far', { endsOn: '2099-01-01' }],
    ['no day', { endsOn: '2027-02-31' }],
  ])('is refused for want of %s', async (_what, changes) => {
    const owner = await Visitor.arrive(marco.person);
    const answer = await give(owner, changes as unknown as Record<string, string>);
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain('aria-invalid="true"');
  });

  test('nobody ends or uses another’s', async () => {
    await give(await Visitor.arrive(marco.person));
    const row = await store.db.selectFrom('delegation').select('id').executeTakeFirstOrThrow();
    const other = await Visitor.arrive(giovanna.person);
    await other.post(`/portal/delegates/${row.id}/end`);
    await other.post('/portal/for', { delegation: row.id });
    expect((await other.get('/portal')).body).not.toContain('Marco');
    const kept = await store.db.selectFrom('delegation').select('ended_at').executeTakeFirst();
    expect(kept?.ended_at).toBeNull();
  });
});

describe('my Disability Card', () => {
  const photo = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#b08968' } })
      .jpeg()
      .withExif({ IFD0: { Copyright: 'Nobody knows' } })
      .toBuffer();

  async function upload(visitor: Visitor, file: Buffer, csrf = visitor.csrf) {
    const form = new FormData();
    form.set('csrf', csrf);
    form.set('privacy', '2026-01');
    form.set('photo', new Blob([new Uint8Array(file)]), 'photo.jpg');
    const body = new Response(form);
    return visitor.send({
      method: 'POST',
      url: '/portal/card',
      payload: Buffer.from(await body.arrayBuffer()),
      headers: { 'content-type': body.headers.get('content-type') ?? '' },
    });
  }

  test('is there once a photo is sent, with serial, expiry and companion mark', async () => {
    const visitor = await Visitor.arrive(marco.person);
    expect((await visitor.get('/portal/card')).body).toContain('Foto formato tessera');
    const answers = await Promise.all([
      upload(visitor, await photo(600, 800)),
      upload(visitor, await photo(600, 800)),
    ]);
    expect(answers.map(({ headers }) => headers.location)).toEqual([
      '/portal/card?done=made',
      '/portal/card?done=made',
    ]);
    const { body } = await visitor.get('/portal/card');
    expect(body).toMatch(/IT\d{10}/);
    expect(body).toContain('indicato con la «A»');
    const kept = await visitor.get('/portal/card/photo');
    expect(kept.headers['content-type']).toBe('image/jpeg');
    expect(kept.rawPayload.includes('Nobody knows')).toBe(false);
    const pdf = await visitor.get('/portal/card/pdf');
    expect(pdf.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
    const other = await Visitor.arrive(giovanna.person);
    expect((await other.get('/portal/card/photo')).statusCode).toBe(404);
    await visitor.post('/portal/card/revoke');
    expect((await visitor.get('/portal/card')).body).toContain('La carta è annullata');
    expect((await visitor.get('/portal/card/pdf')).statusCode).toBe(404);
  });

  test.each<[string, () => Promise<Buffer> | Buffer, string]>([
    ['nothing', () => Buffer.alloc(0), 'Scegli una foto'],
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'JPEG o PNG'],
    ['text', () => Buffer.from('hello'), 'JPEG o PNG'],
    ['a stamp', () => photo(30, 40), 'troppo piccola'],
    ['half a photo', async () => (await photo(600, 800)).subarray(0, 900), 'leggere questa foto'],
    ['50 MB', () => Buffer.alloc(50 * 1024 * 1024, 0xff), 'troppo grande'],
    [
      'a picture that unfolds without end',
      () =>
        sharp({
          create: { width: 9000, height: 9000, channels: 3, background: '#000' },
          limitInputPixels: false,
        })
          .png({ compressionLevel: 9 })
          .toBuffer(),
      'troppo grande',
    ],
  ])('%s is no photo, and is said so at the field', async (_what, make, words) => {
    const visitor = await Visitor.arrive(marco.person);
    const answer = await upload(visitor, await make());
    expect(answer.statusCode).toBe(422);
    expect(answer.body).toContain(words);
    expect(answer.body).toContain('id="photo-error"');
    expect((await codesOf(marco.person)).length).toBe(0);
  });

  test('another session’s form, or none, is not even read', async () => {
    const visitor = await Visitor.arrive(marco.person);
    expect((await upload(visitor, await photo(600, 800), 'x'.repeat(43))).statusCode).toBe(403);
    // A form without its file comes in another way, and is no form of this page.
    expect((await visitor.post('/portal/card', { csrf: 'x' })).statusCode).toBe(415);
  });

  test('is not due to everybody, and is said so kindly', async () => {
    const laura = demoPeople[2] as Person;
    const visitor = await Visitor.arrive(laura.person);
    expect((await visitor.get('/portal/card')).body).toContain('non dà diritto alla carta');
    await upload(visitor, await photo(600, 800));
    expect(await codesOf(laura.person)).toEqual([]);
  });
});

describe('my data', () => {
  test('can be taken away, and hold no code that could be printed', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const { body, headers } = await visitor.get('/portal/data.json');
    expect(headers['content-disposition']).toContain('attachment');
    const data = JSON.parse(body);
    expect(data).toMatchObject({ version: 1, identity: { name: 'Marco Bianchi' } });
    expect(data.verbali).toHaveLength(2);
    expect(data.codes).toMatchObject([{ number: 1, kind: 'status', state: 'live' }]);
    expect(body).not.toContain((await codesOf(marco.person))[0]?.id);
  });

  test('are erased as far as the law lets them be', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const personId = await personOf(marco.person);
    const messages = () =>
      store.db.selectFrom('message').select('id').where('person_id', '=', personId).execute();
    expect(await messages()).not.toEqual([]);
    const answer = await visitor.post('/portal/data/erase');
    expect(await messages()).toEqual([]);
    expect(answer.headers.location).toBe('/portal/erased?kept=archive');
    expect((await visitor.get('/portal/erased?kept=archive')).body).toContain('sono cancellati');
    const identity = await app.registry.identity(personId);
    expect(identity.email).toBeUndefined();
    expect((await codesOf(marco.person)).every(({ state }) => state === 'revoked')).toBe(true);
  });
});

describe('every page', () => {
  const paths = [
    '',
    '/request',
    '/requests',
    '/status',
    '/checks',
    '/contacts',
    '/delegates',
    '/data',
  ];

  test.each(languages)('in %s has its title and no other language’s', async (language) => {
    const visitor = await Visitor.arrive(marco.person);
    const titles = new Set<string>();
    for (const path of paths) {
      const { body, statusCode } = await visitor.get(`/portal${path}?lang=${language}`);
      expect(statusCode).toBe(200);
      expect(body).toContain(`<html lang="${language}">`);
      expect(body).not.toContain('undefined');
      titles.add(/<h1>(.*?)<\/h1>/.exec(body)?.[1] ?? '');
    }
    expect(titles.size).toBe(paths.length);
  });

  test('shows what a status entitles to, with the law', async () => {
    const visitor = await Visitor.arrive(marco.person);
    const { body } = await visitor.get('/portal/status');
    for (const text of [
      '531,76',
      'L. 18/1980',
      'Contrassegno',
      'Permessi dal lavoro',
      'DM 507/1997',
    ]) {
      expect(body).toContain(text);
    }
    const other = await Visitor.arrive(giovanna.person);
    const page = (await other.get('/portal/status')).body;
    expect(page).toContain('Assegno mensile');
    expect(page).toContain('Anche se la data di revisione passa');
    expect(page).not.toContain('Permessi dal lavoro');
  });

  test('and every form: whatever comes is never a fault of ours', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await visitor.ask();
    const routes = [
      '/portal/request',
      '/portal/requests/1/mail',
      '/portal/contacts/sms',
      '/portal/contacts/email/confirm',
      '/portal/delegates',
      '/portal/delegates/x/end',
      '/portal/for',
      '/portal/requests/9/renew',
      '/portal/requests/x',
      '/portal/nowhere',
    ];
    const names = ['privacy', 'sms', 'email', 'next', 'email-code', 'name', 'endsOn', 'delegation'];
    const fields = fc.dictionary(
      fc.oneof(fc.constantFrom(...names), fc.string()),
      fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('x'.repeat(5000))),
    );
    const cookies = fc.stringMatching(/^[\x21-\x7e]{0,60}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fields,
        cookies,
        fc.constantFrom('GET', 'POST'),
        async (url, given, cookie, method) => {
          const kept = visitor.cookie;
          visitor.cookie = `${cookie}; ${kept}`;
          const answer = await (method === 'GET' ? visitor.get(url) : visitor.post(url, given));
          countAttacks({ inputs: 1, refused: answer.statusCode >= 400 ? 1 : 0 });
          visitor.cookie = kept;
          expect(answer.statusCode).toBeLessThan(500);
          expect(answer.body).not.toMatch(/at .*\.ts:|SQLITE|kysely/i);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a store that fails is said so, and quotes nothing', async () => {
    const visitor = await Visitor.arrive(marco.person);
    await sql`alter table delegation rename to delegation_away`.execute(store.db);
    const answer = await visitor.get('/portal/delegates');
    await sql`alter table delegation_away rename to delegation`.execute(store.db);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).toContain('È un problema nostro, non tuo');
    expect(answer.body).not.toMatch(/delegation|SQLITE/);
  });
});
