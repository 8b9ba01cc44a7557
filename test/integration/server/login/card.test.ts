import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../../../scripts/launch/free-port.ts';
import type { App } from '../../../../server/app.ts';
import { openCards } from '../../../../server/login/card/cards.ts';
import { loginConfigSchema } from '../../../../server/login/login-config.ts';
import { sessionOf } from '../../../../server/login/request-session.ts';
import { access } from '../../../../server/route-access.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { CardAuthority, type Issued, serverCertificate } from '../../../support/card-authority.ts';
import { CookieBrowser } from '../../../support/cookie-browser.ts';
import { startApp } from '../../../support/server-app.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { webAssets } from '../../../support/web-assets.ts';

const SECRET = 's'.repeat(40);
const LOOK_EVERY_MS = 30_000;

let folder: string;
let origin: string;
let store: Store;
let app: App;
let clock: VirtualClock;
let authority: CardAuthority;
let card: Issued;
let revoked: Issued;
let listener: Issued;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-card-'));
  clock = new VirtualClock(Date.now());
  const now = clock.now();
  authority = await CardAuthority.found('C=IT, CN=Regione CA Cittadini', now);
  card = await authority.issue();
  revoked = await authority.issue();
  listener = await serverCertificate(now);
  const file = (name: string) => join(folder, name);
  await writeFile(file('ca.pem'), authority.pem);
  await writeFile(file('ca.crl'), await authority.revoke([revoked.serial]));
  await writeFile(file('listener.pem'), listener.certificate);
  await writeFile(file('listener.key'), listener.key);
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const login = loginConfigSchema.parse({
    card: {
      listener: {
        address: '127.0.0.1',
        port: 0,
        certificateFile: file('listener.pem'),
        keyFile: file('listener.key'),
      },
      authorityFiles: [file('ca.pem')],
      revocationFiles: [file('ca.crl')],
    },
  });
  const log = pino({ level: 'silent' });
  const config = login.card as NonNullable<typeof login.card>;
  const cards = await openCards({ config, log, now: () => clock.now() });
  store = await openStore(`sqlite:${file('varco.db')}`);
  const web = { assets: await webAssets(), origin };
  app = await startApp(store, { clock, login, cards, web });
  app.http.get('/test/who', access('public'), (one) => sessionOf(one) ?? { kind: 'none' });
  app.http.get('/test/headers', access('public'), ({ headers }) => Object.keys(headers));
  await app.http.listen({ host: '127.0.0.1', port });
  await app.logins.certificateListener?.start(origin);
});
afterAll(async () => {
  await app?.stop();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

let browser: CookieBrowser;
beforeEach(() => {
  browser = new CookieBrowser();
});

/** Goes to the listener with a card, or without; where it leads. */
function show(address: string, one?: { key: string; certificate: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const url = new URL(address);
    const given = one ? { key: one.key, cert: one.certificate } : {};
    const options = { ca: listener.certificate, host: '127.0.0.1', servername: 'localhost' };
    request(
      { ...options, ...given, port: url.port, path: `${url.pathname}${url.search}`, agent: false },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.headers.location ?? ''));
      },
    )
      .on('error', reject)
      .end();
  });
}

async function begin(of = browser, to = '/portal/status'): Promise<string> {
  const answer = await of.send(`${origin}/login/card?${new URLSearchParams({ to })}`);
  expect(answer.location).toMatch(/^https:\/\/localhost:\d+\/login\/card\?start=[0-9a-f]{64}$/);
  return answer.location ?? '';
}

const who = async () => JSON.parse((await browser.send(`${origin}/test/who`)).text);

test('a card lets its owner in, with a ticket that is good once and nowhere else', async () => {
  const back = await show(await begin(), card);
  expect(back.startsWith(`${origin}/login/card/done?ticket=`)).toBe(true);
  expect(back).not.toContain('VRDGNN');
  const kept = new Map(browser.jar(origin));
  const answer = await browser.send(back);
  expect([answer.status, answer.location]).toEqual([303, `${origin}/portal/status`]);
  expect(await who()).toMatchObject({
    kind: 'citizen',
    codiceFiscale: 'VRDGNN75C52H501A',
    name: 'GIOVANNA VERDI',
    assurance: 3,
    method: 'cns',
  });
  browser = new CookieBrowser();
  for (const [name, value] of kept) {
    browser.jar(origin).set(name, value);
  }
  expect((await browser.send(back)).status).toBe(400);
  expect((await who()).kind).toBe('none');
});

test('a ticket in another browser, or a minute late, is nothing', async () => {
  const attacker = new CookieBrowser();
  const back = await show(await begin(attacker), card);
  await begin();
  expect((await browser.send(back)).status).toBe(400);
  const late = await show(await begin(), card);
  clock.advance(60_000);
  expect((await browser.send(late)).status).toBe(400);
  expect((await who()).kind).toBe('none');
});

test.each([
  ['no card', undefined, 'Nessuna tessera', 'cardMissing'],
  ['a revoked card', () => revoked, 'Tessera revocata', 'cardRevoked'],
  ['the listener’s own certificate', () => listener, 'Tessera non riconosciuta', 'cardUntrusted'],
] as const)('%s is told on a page', async (_what, one, words, reason) => {
  const answer = await browser.send(await show(await begin(), one?.()));
  expect(answer.status).toBe(403);
  expect(answer.text).toContain(words);
  expect((await who()).kind).toBe('none');
  const [last] = await app.logins.log.read({ limit: 1 });
  expect(last).toMatchObject({ event: 'failed', way: 'card', reason });
});

test('a certificate without its key is no card: TLS itself ends', async () => {
  await expect(show(await begin(), { ...card, key: revoked.key })).rejects.toThrow();
});

test('a newly revoked card is refused when its list’s file changes; an unreadable list too', async () => {
  const other = await authority.issue();
  const path = join(folder, 'ca.crl');
  expect(await show(await begin(), other)).toContain('ticket=');
  await writeFile(path, await authority.revoke([revoked.serial, other.serial]));
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  clock.advance(LOOK_EVERY_MS);
  expect(await show(await begin(), other)).toContain('problem=cardRevoked');
  // Another authority's list in its place is no list of this one.
  const stranger = await CardAuthority.found('C=IT, CN=Regione CA Cittadini', Date.now());
  await writeFile(path, await stranger.revoke([]));
  await utimes(path, new Date(), new Date(Date.now() + 10_000));
  clock.advance(LOOK_EVERY_MS);
  expect(await show(await begin(), card)).toContain('problem=revocationUnknown');
});

test('headers that speak of a certificate are taken off every request', async () => {
  const forged = {
    'client-cert': `:${card.der.toString('base64')}:`,
    'client-cert-chain': ':AAAA:',
    'x-ssl-client-cert': 'forged',
    'x-ssl-client-verify': 'SUCCESS',
    'x-forwarded-client-cert': 'forged',
    'ssl-client-cert': 'forged',
    'x-client-dn': 'CN=forged',
    'x-varco-proxy-secret': SECRET,
    'x-other': 'stays',
  };
  const answer = await fetch(`${origin}/test/headers`, { headers: forged });
  const left = (await answer.json()) as string[];
  expect(left).toContain('x-other');
  expect(left.filter((name) => name !== 'x-other' && name in forged)).toEqual([]);
});

test('a certificate in a header counts from the named proxy alone: its address and its secret', async () => {
  await writeFile(join(folder, 'ca.crl'), await authority.revoke([]));
  const login = loginConfigSchema.parse({
    card: {
      proxy: { address: '127.0.0.1', secretFile: 'unused' },
      authorityFiles: [join(folder, 'ca.pem')],
      revocationFiles: [join(folder, 'ca.crl')],
    },
  });
  const config = login.card as NonNullable<typeof login.card>;
  const log = pino({ level: 'silent' });
  const web = { assets: await webAssets() };
  const header = `:${card.der.toString('base64')}:`;
  const tries: [string, Record<string, string>, number][] = [
    ['127.0.0.1', { 'client-cert': header, 'x-varco-proxy-secret': SECRET }, 303],
    ['127.0.0.2', { 'client-cert': header, 'x-varco-proxy-secret': SECRET }, 403],
    ['127.0.0.1', { 'client-cert': header, 'x-varco-proxy-secret': 'wrong' }, 403],
    ['127.0.0.1', { 'client-cert': header }, 403],
    ['127.0.0.1', { 'client-cert': 'raw', 'x-varco-proxy-secret': SECRET }, 403],
    ['127.0.0.1', { 'x-varco-proxy-secret': SECRET }, 403],
  ];
  for (const [address, headers, status] of tries) {
    const cards = await openCards({ config, log, now: () => clock.now() });
    const cardProxy = { address, secret: SECRET };
    const behind = await startApp(store, { node: 'b', clock, login, cards, cardProxy, web });
    const answer = await behind.http.inject({
      url: '/login/card',
      headers: { accept: 'text/html', ...headers },
    });
    expect(answer.statusCode, JSON.stringify([address, Object.keys(headers)])).toBe(status);
    await behind.stop();
  }
});
