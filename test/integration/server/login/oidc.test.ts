import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type IdentityProvider,
  startIdentityProvider,
} from '../../../../scripts/demo/identity-provider.ts';
import { freePort } from '../../../../scripts/launch/free-port.ts';
import type { App } from '../../../../server/app.ts';
import { loginConfigSchema } from '../../../../server/login/login-config.ts';
import { PENDING_LIFE_MS } from '../../../../server/login/pending-login.ts';
import { sessionOf } from '../../../../server/login/request-session.ts';
import { access } from '../../../../server/route-access.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { countAttacks } from '../../../support/attack-counts.ts';
import { type Answer, CookieBrowser } from '../../../support/cookie-browser.ts';
import { startApp } from '../../../support/server-app.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { webAssets } from '../../../support/web-assets.ts';

const CODE = 'VRDGNN75C52H501A';
const people = [
  { codiceFiscale: CODE, name: 'Giovanna Verdi' },
  { codiceFiscale: 'BNCMRC68P11L219B', name: 'Marco Bianchi' },
  { codiceFiscale: 'NOTACODE', name: 'Nobody' },
];
const LEVEL = (level: number) => `https://www.spid.gov.it/SpidL${level}`;

let folder: string;
let origin: string;
let provider: IdentityProvider;
/** Answers discovery for another issuer, as a provider that was taken over would. */
let liar: Server;
let store: Store;
let app: App;
let clock: VirtualClock;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-oidc-'));
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  provider = await startIdentityProvider({ people, origin, provider: 'spid' });
  liar = createServer(async (request, response) => {
    const real = await fetch(`${provider.issuer}${request.url}`);
    response.setHeader('content-type', 'application/json').end(await real.text());
  }).listen(0, '127.0.0.1');
  await once(liar, 'listening');
  const clientSecretFile = join(folder, 'client.secret');
  await writeFile(clientSecretFile, `${provider.clientSecret}\n`);
  const one = { title: 'SPID', clientId: provider.clientId, clientSecretFile };
  const login = loginConfigSchema.parse({
    oidc: [
      { ...one, id: 'spid', issuer: provider.issuer },
      { ...one, id: 'liar', issuer: `http://127.0.0.1:${(liar.address() as AddressInfo).port}` },
      { ...one, id: 'down', issuer: `http://127.0.0.1:${await freePort()}` },
    ],
  });
  clock = new VirtualClock();
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  app = await startApp(store, { clock, login, web: { assets: await webAssets(), origin } });
  app.http.get('/test/who', access('public'), (request) => sessionOf(request) ?? { kind: 'none' });
  await app.http.listen({ host: '127.0.0.1', port });
});
afterAll(async () => {
  await app?.stop();
  await store?.close();
  await provider?.stop();
  liar?.close();
  await rm(folder, { recursive: true, force: true });
});

let browser: CookieBrowser;
beforeEach(() => {
  browser = new CookieBrowser();
});

async function begin(of = browser, to = '/portal/status', id = 'spid'): Promise<string> {
  const answer = await of.send(`${origin}/login/oidc/${id}?${new URLSearchParams({ to })}`);
  expect(answer.status).toBe(303);
  return answer.location ?? '';
}

/** Goes through the provider's pages; the address that leads back to us. */
async function pick(
  authorization: string,
  options: { person?: string; level?: string; of?: CookieBrowser } = {},
): Promise<string> {
  const { person = CODE, level = LEVEL(2), of = browser } = options;
  let answer = await of.send(authorization);
  const page = answer.location ?? '';
  expect((await of.send(page)).text).toContain('Giovanna Verdi');
  answer = await of.send(page, { person, level });
  while (answer.location?.startsWith(provider.issuer)) {
    answer = await of.send(answer.location);
  }
  return answer.location ?? '';
}

const who = async (of = browser) => JSON.parse((await of.send(`${origin}/test/who`)).text);

async function expectRefused(answer: Answer, status: number, words: string, reason: string) {
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(words);
  expect(answer.text).toContain('href="/login');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await who()).kind).toBe('none');
  const [last] = await app.logins.log.read({ limit: 1 });
  expect(last).toMatchObject({ event: 'failed', way: 'oidc', reason });
}

test('the choice page leads to the provider with PKCE, state, nonce and the level asked for', async () => {
  const choice = await browser.send(`${origin}/login?to=%2Fportal`);
  expect(choice.text).toContain('href="/login/oidc/spid?to=%2Fportal"');
  const query = new URL(await begin()).searchParams;
  expect(query.get('response_type')).toBe('code');
  expect(query.get('code_challenge_method')).toBe('S256');
  expect(query.get('acr_values')).toBe(LEVEL(2));
  for (const name of ['state', 'nonce', 'code_challenge']) {
    expect(query.get(name)?.length).toBeGreaterThanOrEqual(43);
  }
  expect(query.get('redirect_uri')).toBe(`${origin}/login/oidc/spid/callback`);
});

test('a citizen comes in, goes where they wanted, and it is logged sealed', async () => {
  const answer = await browser.send(await pick(await begin()));
  expect([answer.status, answer.location]).toEqual([303, `${origin}/portal/status`]);
  expect(await who()).toMatchObject({
    kind: 'citizen',
    codiceFiscale: CODE,
    name: 'Giovanna Verdi',
    assurance: 2,
    method: 'oidc',
  });
  const [entry] = await app.logins.log.read({ account: CODE.toLowerCase(), limit: 1 });
  expect(entry).toMatchObject({ event: 'login', way: 'oidc', address: '127.0.0.1' });
  const rows = JSON.stringify(await store.db.selectFrom('login_log').selectAll().execute());
  expect(rows).not.toContain(CODE);
});

test('a higher level is a higher level', async () => {
  await browser.send(await pick(await begin(), { level: LEVEL(3) }));
  expect(await who()).toMatchObject({ assurance: 3 });
});

test('logging out leads to the provider’s own logout, with no token in the address', async () => {
  await browser.send(await pick(await begin()));
  const { csrf } = (await app.sessions.open(
    [...browser.jar(origin).values()][0] ?? '',
    'Test/1',
  )) as { csrf: string };
  expect((await browser.send(`${origin}/logout`, { csrf: 'wrong' })).status).toBe(403);
  const out = await browser.send(`${origin}/logout`, { csrf });
  expect(out.location).toBe(`${origin}/logged-out?by=spid`);
  expect((await who()).kind).toBe('none');
  const page = await browser.send(out.location ?? '');
  expect(page.text).toContain(`${provider.issuer}/session/end?`);
  expect(page.text).not.toContain('id_token_hint');
  const [last] = await app.logins.log.read({ account: CODE, limit: 1 });
  expect(last?.event).toBe('logout');
});

describe('refused', () => {
  test('a level too low', async () => {
    const answer = await browser.send(await pick(await begin(), { level: LEVEL(1) }));
    await expectRefused(answer, 403, 'livello di sicurezza più alto', 'levelTooLow');
  });

  test('a person who cancels', async () => {
    const answer = await browser.send(await pick(await begin(), { person: '' }));
    await expectRefused(answer, 403, 'Hai annullato', 'cancelled');
  });

  test('an identity without a valid codice fiscale', async () => {
    const answer = await browser.send(await pick(await begin(), { person: 'NOTACODE' }));
    await expectRefused(answer, 403, 'Manca il codice fiscale', 'identityMissing');
  });

  test('an answer that comes twice, also with the cookie put back', async () => {
    const back = await pick(await begin());
    const kept = new Map(browser.jar(origin));
    await browser.send(back);
    expect((await who()).kind).toBe('citizen');
    browser.jar(origin).clear();
    await expectRefused(await browser.send(back), 400, 'non è più valido', 'stateInvalid');
    for (const [name, value] of kept) {
      browser.jar(origin).set(name, value);
    }
    await expectRefused(await browser.send(back), 400, 'non è più valido', 'stateInvalid');
  });

  test('an answer that comes late', async () => {
    const back = await pick(await begin());
    clock.advance(PENDING_LIFE_MS);
    await expectRefused(await browser.send(back), 400, 'non è più valido', 'stateInvalid');
  });

  test('an answer in a browser that did not ask (login CSRF)', async () => {
    const attacker = new CookieBrowser('Attacker/1');
    const back = await pick(await begin(attacker), { of: attacker });
    await expectRefused(await browser.send(back), 400, 'non è più valido', 'stateInvalid');
    // Also when the victim has a login of their own on its way.
    await begin();
    await expectRefused(await browser.send(back), 400, 'non è più valido', 'stateInvalid');
  });

  test('the code of another session, put into an answer of one’s own', async () => {
    const victim = new CookieBrowser('Victim/1');
    const stolen = new URL(await pick(await begin(victim), { of: victim }));
    const own = new URL(await pick(await begin(), { person: 'BNCMRC68P11L219B' }));
    own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    await expectRefused(
      await browser.send(own),
      403,
      'L’accesso non è riuscito',
      'providerRefused',
    );
  });

  test('an ID token made for another nonce', async () => {
    const authorization = new URL(await begin());
    authorization.searchParams.set('nonce', 'n'.repeat(43));
    const answer = await browser.send(await pick(authorization.href));
    await expectRefused(answer, 400, 'non è affidabile', 'answerInvalid');
  });

  test.each([
    ['another issuer', 'https://attacker.example'],
    ['no issuer', undefined],
  ])('an answer in the name of %s (mix-up)', async (_what, issuer) => {
    const back = new URL(await pick(await begin()));
    issuer === undefined ? back.searchParams.delete('iss') : back.searchParams.set('iss', issuer);
    await expectRefused(await browser.send(back), 400, 'non è affidabile', 'answerInvalid');
  });

  test('an answer at the address of another provider', async () => {
    const back = new URL(await pick(await begin()));
    back.pathname = '/login/oidc/down/callback';
    await expectRefused(await browser.send(back), 400, 'non è più valido', 'stateInvalid');
  });

  test.each(['liar', 'down'])(
    'a provider whose metadata are not its own, or absent: %s',
    async (id) => {
      const answer = await browser.send(`${origin}/login/oidc/${id}?to=%2Fportal`);
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('non risponde');
      expect(answer.text).toContain('href="/login?to=%2Fportal"');
    },
  );

  test('to go to another site afterwards', async () => {
    for (const to of ['//attacker.example', '/\\attacker.example', 'https://attacker.example']) {
      const answer = await browser.send(await pick(await begin(browser, to)));
      expect(answer.location).toBe(`${origin}/portal`);
    }
  });

  test('every parameter of the answer, altered or absent, without a fault of ours', async () => {
    for (const name of ['code', 'state', 'iss']) {
      for (const value of [undefined, '', 'x', 'x'.repeat(5000), '\u0000', '%', "'--"]) {
        const back = new URL(await pick(await begin()));
        value === undefined ? back.searchParams.delete(name) : back.searchParams.set(name, value);
        const answer = await browser.send(back);
        countAttacks({ inputs: 1, refused: answer.status >= 400 ? 1 : 0 });
        expect(answer.status, `${name}=${value}`).toBeGreaterThanOrEqual(400);
        expect(answer.status, `${name}=${value}`).toBeLessThan(500);
        expect((await who()).kind).toBe('none');
      }
    }
  });

  test('a provider that goes down while the person is there', async () => {
    const back = await pick(await begin());
    await provider.stop();
    const answer = await browser.send(back);
    await expectRefused(answer, 503, 'non risponde', 'providerDown');
  });
});
