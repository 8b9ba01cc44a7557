import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import type { App } from '../../../../server/app.ts';
import {
  beginSession,
  csrfOf,
  requireCitizenAt,
  sessionOf,
} from '../../../../server/login/request-session.ts';
import {
  type AuthenticatedIdentity,
  GRACE_MS,
  IDLE_MS,
  LIFE_MS,
  ROTATE_MS,
} from '../../../../server/login/session-store.ts';
import { access } from '../../../../server/route-access.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { startApp, testKeyring } from '../../../support/server-app.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const CODE = 'VRDGNN75C52H501A';
const citizen: AuthenticatedIdentity = {
  kind: 'citizen',
  codiceFiscale: CODE,
  name: 'Giovanna Verdi',
  assurance: 2,
  method: 'oidc',
};

describe.each(['sqlite', 'postgres'] as const)('sessions on %s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
  let clock: VirtualClock;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-sessions-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    clock = new VirtualClock();
    const url = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, 'varco.db')}`;
    store = await openStore(url);
    app = await startApp(store, { clock });
    const { http, sessions } = app;
    http.post('/test/login', access('public'), async (request, reply) => {
      await beginSession(sessions, request, reply, request.body as AuthenticatedIdentity);
      return 'in';
    });
    http.get('/test/who', access('public'), (request) => ({
      session: sessionOf(request) ?? null,
      csrf: csrfOf(request),
    }));
    http.get(
      '/test/citizen',
      { ...access('citizen'), preHandler: requireCitizenAt(2) },
      () => 'citizen',
    );
    http.get('/test/operator', access('desk.check'), () => 'operator');
    http.post('/test/change', access('public'), () => 'changed');
  });
  afterAll(async () => {
    await app.stop();
    await store.close();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await store.db.deleteFrom('session').execute();
  });

  /** A browser: keeps its cookies, and says what the last answer set. */
  function browser(agent = 'Browser/1', host = 'varco.example.it') {
    const jar = new Map<string, string>();
    let raw: string[] = [];
    async function send(method: 'GET' | 'POST', url: string, payload?: object, headers = {}) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await app.http.inject({
        method,
        url,
        headers: { host, 'user-agent': agent, ...(cookie ? { cookie } : {}), ...headers },
        ...(payload ? { payload } : {}),
      });
      raw = [answer.headers['set-cookie'] ?? []].flat();
      for (const { name, value, maxAge } of answer.cookies) {
        maxAge === 0 ? jar.delete(name) : jar.set(name, value);
      }
      return answer;
    }
    const who = async () => (await send('GET', '/test/who')).json();
    return { jar, send, who, setCookies: () => raw };
  }

  test('the cookie is __Host-, Secure, HttpOnly and SameSite; on loopback it has another name', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    const [cookie = ''] = one.setCookies();
    expect(cookie).toMatch(/^__Host-varco=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const local = browser('Browser/1', '127.0.0.1:8080');
    await local.send('POST', '/test/login', citizen);
    const [plain = ''] = local.setCookies();
    expect(plain).toMatch(/^varco-loopback=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await local.who()).session).toMatchObject({ kind: 'citizen', codiceFiscale: CODE });
    // The name without a prefix is not heard on any other host.
    const tossed = browser();
    tossed.jar.set('varco-loopback', local.jar.get('varco-loopback') ?? '');
    expect((await tossed.who()).session).toBeNull();
  });

  test('a session says who it is, and is not cached; in the store neither token nor name is', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    const { session } = await one.who();
    expect(session).toMatchObject({ ...citizen, id: expect.any(String) });
    expect(session).not.toHaveProperty('personId');
    const answer = await one.send('GET', '/test/who');
    expect(answer.headers['cache-control']).toBe('no-store');
    const rows = JSON.stringify(await store.db.selectFrom('session').selectAll().execute());
    expect(rows).not.toContain(CODE);
    expect(rows).not.toContain([...one.jar.values()][0]);
    expect(rows).not.toContain(Buffer.from(CODE).toString('base64'));
  });

  test('fifteen idle minutes end it; requests in between keep it, until its absolute end', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    clock.advance(IDLE_MS - 1);
    expect((await one.who()).session).not.toBeNull();
    clock.advance(IDLE_MS);
    expect((await one.who()).session).toBeNull();
    expect(one.jar.size).toBe(0);
    await one.send('POST', '/test/login', citizen);
    for (let passed = 0; passed < LIFE_MS.citizen - 600_000; passed += 600_000) {
      clock.advance(600_000);
      expect((await one.who()).session).not.toBeNull();
    }
    clock.advance(600_000);
    expect((await one.who()).session).toBeNull();
    expect(await store.db.selectFrom('session').select('id').execute()).toEqual([]);
  });

  test('the token rotates: the one before lives on for a moment, and then ends all', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    const [name, old] = [...one.jar][0] as [string, string];
    clock.advance(ROTATE_MS);
    const before = await one.who();
    expect(one.jar.get(name)).not.toBe(old);
    const late = browser();
    late.jar.set(name, old);
    expect((await late.who()).session).toMatchObject({ id: before.session.id });
    expect(late.jar.get(name)).toBe(old);
    clock.advance(GRACE_MS);
    expect((await late.who()).session).toBeNull();
    // Whoever has the new one can't tell whether the other is the thief.
    expect((await one.who()).session).toBeNull();
  });

  test('two requests at once rotate it once', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    clock.advance(ROTATE_MS);
    const cookie = [...one.jar].map(([name, value]) => `${name}=${value}`).join('');
    const headers = { host: 'varco.example.it', 'user-agent': 'Browser/1', cookie };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => app.http.inject({ url: '/test/who', headers })),
    );
    expect(answers.map((answer) => answer.json().session.kind)).toEqual(Array(4).fill('citizen'));
    expect(answers.flatMap(({ cookies }) => cookies)).toHaveLength(1);
  });

  test('it is bound to the browser: the cookie alone is no use elsewhere, and is then spent', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    const thief = browser('Other/2');
    for (const [name, value] of one.jar) {
      thief.jar.set(name, value);
    }
    expect((await thief.who()).session).toBeNull();
    expect((await one.who()).session).toBeNull();
  });

  test('logging in ends the session that was there: a shared browser has one person', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    const stolen = new Map(one.jar);
    const { csrf } = await one.who();
    const other = { ...citizen, codiceFiscale: 'BNCMRC68P11L219B', name: 'Marco Bianchi' };
    await one.send('POST', '/test/login', other, { 'x-csrf-token': csrf });
    expect((await one.who()).session.name).toBe('Marco Bianchi');
    const before = browser();
    for (const [name, value] of stolen) {
      before.jar.set(name, value);
    }
    expect((await before.who()).session).toBeNull();
  });

  test('a change needs the token of this very session, in a field or a header', async () => {
    const [one, other] = [browser(), browser()];
    await one.send('POST', '/test/login', citizen);
    await other.send('POST', '/test/login', citizen);
    const own = (await one.who()).csrf;
    const foreign = (await other.who()).csrf;
    const tries: [object | undefined, object, number][] = [
      [undefined, {}, 403],
      [{ csrf: '' }, {}, 403],
      [{ csrf: foreign }, {}, 403],
      [{ csrf: [own] }, {}, 403],
      [{ csrf: own }, {}, 200],
      [undefined, { 'x-csrf-token': own }, 200],
    ];
    for (const [body, headers, status] of tries) {
      const answer = await one.send('POST', '/test/change', body ?? {}, headers);
      expect(answer.statusCode).toBe(status);
      expect(status === 200 || answer.json().code === 'csrfInvalid').toBe(true);
    }
  });

  test('who is not logged in is led to the login and back, or refused', async () => {
    const one = browser();
    const page = { accept: 'text/html' };
    const led = await one.send('GET', '/test/citizen?a=1', undefined, page);
    expect(led.statusCode).toBe(303);
    expect(led.headers.location).toBe('/login?to=%2Ftest%2Fcitizen%3Fa%3D1');
    const answer = await one.send('GET', '/test/citizen');
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'loginNeeded']);
    one.jar.set('__Host-varco', 'x'.repeat(43));
    const ended = await one.send('GET', '/test/operator', undefined, page);
    expect(ended.headers.location).toBe('/login/staff?to=%2Ftest%2Foperator&ended=1');
  });

  test('logout everywhere ends the sessions of one person, and nobody else', async () => {
    const [phone, desk, neighbour] = [browser(), browser('Desk/3'), browser()];
    await phone.send('POST', '/test/login', citizen);
    await desk.send('POST', '/test/login', citizen);
    await neighbour.send('POST', '/test/login', { ...citizen, codiceFiscale: 'BNCMRC68P11L219B' });
    const { session } = await phone.who();
    expect(await app.sessions.isLive(session.id)).toBe(true);
    expect(await app.sessions.endEverywhere(session.id)).toBe(2);
    expect(await app.sessions.isLive(session.id)).toBe(false);
    expect((await phone.who()).session).toBeNull();
    expect((await desk.who()).session).toBeNull();
    expect((await neighbour.who()).session).not.toBeNull();
  });

  test('acting for another changes the token', async () => {
    const one = browser();
    await one.send('POST', '/test/login', citizen);
    const { session } = await one.who();
    const actingFor = { personId: 7, delegationId: 'd', name: 'Anna' };
    const token = await app.sessions.actFor(session.id, actingFor);
    expect((await one.who()).session).toBeNull();
    one.jar.set('__Host-varco', token ?? '');
    expect((await one.who()).session).toMatchObject({ actingFor });
  });

  test("a staff session follows its account's role, and ends with the account", async () => {
    const identity = { name: 'Ada', email: 'ada@example.org' };
    const account = {
      id: 'a1',
      login_mac: 'mac',
      identity_cipher: testKeyring.seal('staff.identity', JSON.stringify(identity)),
      role: 'viewer' as const,
      sites: '["torino"]',
      state: 'active' as const,
      password: null,
      totp_cipher: null,
      totp_step: null,
      created_at: 0,
      updated_at: 0,
    };
    await store.db.insertInto('staff_account').values(account).execute();
    const one = browser();
    await one.send('POST', '/test/login', { kind: 'staff', accountId: 'a1', assurance: 2 });
    expect((await one.who()).session).toMatchObject({ name: 'Ada', sites: ['torino'] });
    const refused = await one.send('GET', '/test/operator');
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'forbidden']);
    await store.db.updateTable('staff_account').set({ role: 'operator' }).execute();
    expect((await one.send('GET', '/test/operator')).body).toBe('operator');
    await store.db.updateTable('staff_account').set({ state: 'disabled' }).execute();
    expect((await one.who()).session).toBeNull();
  });

  test('ended sessions that nobody comes back to are let go', async () => {
    await browser().send('POST', '/test/login', citizen);
    await app.sessions.purgeExpired();
    expect(await store.db.selectFrom('session').select('id').execute()).toHaveLength(1);
    clock.advance(IDLE_MS);
    await app.sessions.purgeExpired();
    expect(await store.db.selectFrom('session').select('id').execute()).toEqual([]);
  });
});
