import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../../../server/app.ts';
import { commandLine } from '../../../../server/fleet/access/actor.ts';
import { rules } from '../../../../server/fleet/access/permissions.ts';
import { CONFIRMED_MS } from '../../../../server/login/session-store.ts';
import { access, routesOf } from '../../../../server/route-access.ts';
import { SqliteStore } from '../../../../server/store/sqlite.ts';
import { startApp } from '../../../support/server-app.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { webAssets } from '../../../support/web-assets.ts';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const HERE = '203.0.113.7';
const host = 'varco.example.it';

describe('a dangerous act', { timeout: 60_000 }, () => {
  let store: SqliteStore;
  let app: App;
  let clock: VirtualClock;
  let key: string;
  let accountId: string;
  let cookie: string;
  let csrf: string;
  const bodies: unknown[] = [];

  beforeAll(async () => {
    clock = new VirtualClock();
    store = await SqliteStore.open(':memory:');
    const origin = 'https://varco.example.it';
    app = await startApp(store, { clock, web: { assets: await webAssets(), origin } });
    app.http.post('/test/revoke', access('kiosk.revoke'), (request) => {
      bodies.push(request.body);
      return 'revoked';
    });
    app.http.post('/test/note', access('gate.note'), () => 'noted');
    const { staff, acceptance } = app.logins;
    const terms = { role: 'administrator', sites: 'all' } as const;
    const { secret } = await staff.invite(commandLine, terms);
    const input = { name: 'Ada Conti', email: 'ada@example.org', password: 'tre gatti sul tetto' };
    const start = await acceptance.begin(secret, input, HERE);
    if (start.outcome !== 'pending') {
      throw new Error(start.outcome);
    }
    key = start.pending.totpKey;
    const code = new TOTP({ secret: key }).generate({ timestamp: clock.now() });
    await acceptance.finish(start.pending, code);
    ({ accountId } = start.pending);
  });
  afterAll(async () => {
    await app.stop();
    await store.close();
  });
  beforeEach(async () => {
    bodies.length = 0;
    clock.advance(60_000);
    await store.db.deleteFrom('guess').execute();
    const { token } = await app.sessions.create(
      { kind: 'staff', accountId, assurance: 2 },
      AGENT,
      HERE,
    );
    cookie = `__Host-varco=${token}`;
    csrf = (await app.sessions.open(token, AGENT))?.csrf ?? '';
  });

  const codeNow = () => new TOTP({ secret: key }).generate({ timestamp: clock.now() });

  /** Sends a form as the browser of the session does, which keeps a replaced cookie. */
  async function send(url: string, form: Record<string, string | string[]>) {
    const pairs = Object.entries({ csrf, ...form }).flatMap(([name, value]) =>
      [value].flat().map((one) => [name, one]),
    );
    const answer = await app.http.inject({
      method: 'POST',
      url,
      headers: {
        ...{ accept: 'text/html', 'accept-language': 'en', 'user-agent': AGENT, cookie, host },
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams(pairs).toString(),
    });
    const [set] = answer.cookies.filter(({ name }) => name === '__Host-varco');
    cookie = set ? `__Host-varco=${set.value}` : cookie;
    return answer;
  }

  test('goes on at once after a login', async () => {
    const { body } = await send('/test/revoke', { reason: 'lost' });
    expect(body).toBe('revoked');
    expect(bodies).toEqual([{ csrf, reason: 'lost' }]);
  });

  test('is held up later, and goes on with its own fields when the app’s digits are right', async () => {
    clock.advance(CONFIRMED_MS);
    const asked = await send('/test/revoke?x=1', { reason: 'lost & "found"', kiosk: ['a', 'b'] });
    expect(asked.statusCode).toBe(200);
    expect(asked.body).toContain('Confirm that it is you');
    expect(asked.body).toContain('action="/test/revoke?x=1"');
    expect(asked.body).toContain('name="reason" value="lost &amp; &quot;found&quot;"');
    expect(asked.body.match(/name="kiosk" value="[ab]"/g)).toHaveLength(2);
    expect(bodies).toEqual([]);
    const form = { reason: 'lost', kiosk: ['a', 'b'] };
    const wrong = await send('/test/revoke', { ...form, confirmCode: '000000' });
    expect(wrong.statusCode).toBe(422);
    expect(bodies).toEqual([]);
    expect((await send('/test/revoke', { ...form, confirmCode: codeNow() })).body).toBe('revoked');
    expect(bodies).toEqual([{ csrf, ...form }]);
    // The proof holds for the next ones.
    expect((await send('/test/revoke', form)).body).toBe('revoked');
    const entries = await app.logins.log.read({ account: 'ada@example.org', limit: 2 });
    expect(entries).toMatchObject([
      { event: 'confirmed', way: 'app' },
      { event: 'failed', way: 'app', reason: 'wrong' },
    ]);
  });

  test('is refused to a program that has only the session, which learns what to do', async () => {
    clock.advance(CONFIRMED_MS);
    const answer = await app.http.inject({
      method: 'POST',
      url: '/test/revoke',
      headers: { 'user-agent': AGENT, cookie, host, 'x-csrf-token': csrf },
      payload: { reason: 'lost' },
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'confirmationNeeded' });
    expect(bodies).toEqual([]);
  });

  test('is not what a note is, nor a page that is only read', async () => {
    clock.advance(CONFIRMED_MS);
    expect((await send('/test/note', { text: 'x' })).body).toBe('noted');
    const { statusCode } = await app.http.inject({
      url: '/staff',
      headers: { accept: 'text/html', 'user-agent': AGENT, cookie, host },
    });
    expect(statusCode).toBe(200);
  });

  test('beforehand: a page asks and leads back', async () => {
    clock.advance(CONFIRMED_MS);
    const to = '/account?x=1';
    const confirmed = await send('/account/confirm', { to, confirmCode: codeNow() });
    expect(confirmed.headers.location).toBe(to);
    expect((await send('/test/revoke', {})).body).toBe('revoked');
    const elsewhere = await send('/account/confirm', { to: '//attacker.example' });
    expect(elsewhere.headers.location).toBe('/account');
  });

  test.each([
    ['/staff/invite', { role: 'operator', sites: 'all' }],
    ['/staff/reset', { account: 'x' }],
    ['/staff/disable', { account: 'x' }],
    ['/fleet/tokens', { name: 'x' }],
    ['/fleet/rollouts', { config: 'x' }],
    ['/fleet/gates/x/revoke', { reason: 'x' }],
    ['/account/recovery-codes', {}],
    ['/account/passkey/remove', { id: 'x' }],
  ])('is what %s does', async (url, form) => {
    clock.advance(CONFIRMED_MS);
    const { body } = await send(url, form);
    expect(body).toContain('Confirm that it is you');
  });

  test('is every action that is marked so, on every route that states it', () => {
    const dangerous = Object.entries(rules)
      .filter(([, rule]) => 'dangerous' in rule)
      .map(([action]) => action);
    expect(dangerous.length).toBeGreaterThan(4);
    const stated = routesOf(app.http).flatMap(({ access: to }) => [to].flat());
    // Edited on the command line and over the API alone.
    const withoutPage = ['config.edit'];
    for (const action of dangerous.filter((one) => !withoutPage.includes(one))) {
      expect(stated).toContain(action);
    }
  });
});
