import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { demoPeople } from '../../../../scripts/sample/demo-people.ts';
import type { App } from '../../../../server/app.ts';
import { commandLine } from '../../../../server/fleet/access/actor.ts';
import { loginLimits } from '../../../../server/guessing/login-attempts.ts';
import { CONFIRMED_MS } from '../../../../server/login/session-store.ts';
import { INVITATION_LIFE_MS } from '../../../../server/login/staff-accounts.ts';
import type { OutgoingMail } from '../../../../server/notify/transport.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { startApp } from '../../../support/server-app.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const PASSWORD = 'cavallo giusto batteria';
const HERE = '203.0.113.7';
const [person] = demoPeople;
const CODE = person?.person.codiceFiscale ?? '';
const MONTH_MS = 31 * 86_400_000;

// Each password costs 128 MiB and a third of a second, more on a busy machine.
describe.each(['sqlite', 'postgres'] as const)('logins on %s', { timeout: 120_000 }, (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;
  let clock: VirtualClock;
  const mails: OutgoingMail[] = [];
  let heard: () => void = () => {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-logins-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    clock = new VirtualClock();
    const url = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, 'varco.db')}`;
    store = await openStore(url);
    const email = {
      channel: 'email' as const,
      send: (mail: OutgoingMail) => {
        mails.push(mail);
        heard();
        return Promise.resolve({ outcome: 'sent' as const });
      },
      stop: () => Promise.resolve(),
    };
    app = await startApp(store, { clock, transports: { email } });
    await app.registry.importRows(demoPeople.map((one) => ({ person: one.person })));
  });
  afterAll(async () => {
    await app?.stop();
    await store?.close();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const tables = [
      ...(['staff_passkey', 'staff_recovery_code', 'staff_account'] as const),
      ...(['single_use', 'guess', 'session'] as const),
    ];
    for (const table of tables) {
      await store.db.deleteFrom(table).execute();
    }
  });

  const codeOf = (secret: string, later = 0) =>
    new TOTP({ secret }).generate({ timestamp: clock.now() + later });

  /** The two steps of accepting an invitation with a password. */
  async function accept(secret: string, who: { name: string; email: string }) {
    const { acceptance } = app.logins;
    const start = await acceptance.begin(secret, { ...who, password: PASSWORD }, HERE);
    if (start.outcome !== 'pending') {
      throw new Error(start.outcome);
    }
    const { totpKey: key } = start.pending;
    const finished = await acceptance.finish(start.pending, codeOf(key));
    if (finished === undefined || finished === 'codeWrong') {
      throw new Error(`not accepted: ${finished}`);
    }
    return { key, ...finished };
  }

  /** An account in use; the key of its authenticator application, and its recovery codes. */
  async function member(email: string) {
    const { secret } = await app.logins.staff.invite(commandLine, {
      role: 'operator',
      sites: ['torino'],
    });
    const accepted = await accept(secret, { name: 'Ada Conti', email });
    clock.advance(30_000);
    return { ...accepted, secret };
  }

  test('an invitation works once, of two at the same moment too', async () => {
    const { staff, acceptance } = app.logins;
    const { accountId, secret } = await staff.invite(commandLine, { role: 'viewer', sites: 'all' });
    const input = { name: 'Ada Conti', email: 'once@example.org', password: PASSWORD };
    const starts = await Promise.all([
      acceptance.begin(secret, input, HERE),
      acceptance.begin(secret, input, HERE),
    ]);
    const pending = starts.flatMap((one) => (one.outcome === 'pending' ? [one.pending] : []));
    const both = await Promise.all(
      pending.map((one) => acceptance.finish(one, codeOf(one.totpKey))),
    );
    const accepted = both.filter((one) => typeof one === 'object');
    expect(accepted).toMatchObject([{ accountId }]);
    expect(both).toContain(undefined);
    expect(await staff.invited(secret)).toBeUndefined();
    const rows = JSON.stringify([
      await store.db.selectFrom('staff_account').selectAll().execute(),
      await store.db.selectFrom('staff_recovery_code').selectAll().execute(),
    ]);
    const keys = pending.map(({ totpKey }) => totpKey);
    const codes = accepted.flatMap(({ recoveryCodes }) => recoveryCodes);
    expect(codes).toHaveLength(10);
    for (const text of ['Ada', 'once@example.org', PASSWORD, ...keys, ...codes]) {
      expect(rows).not.toContain(text);
    }
  });

  test('the key of the app is made for whoever chooses the password, not with the link', async () => {
    const { staff, acceptance } = app.logins;
    const { accountId, secret } = await staff.invite(commandLine, { role: 'viewer', sites: 'all' });
    const start = async (email: string) => {
      const input = { name: 'Ada Conti', email, password: PASSWORD };
      const one = await acceptance.begin(secret, input, HERE);
      return one.outcome === 'pending' ? one.pending : undefined;
    };
    const [inviter, owner] = [await start('a@example.org'), await start('b@example.org')];
    expect(inviter?.totpKey).toMatch(/^[A-Z2-7]{32}$/);
    expect(inviter?.totpKey).not.toBe(owner?.totpKey);
    if (!inviter || !owner) {
      throw new Error('the invitation could not be accepted');
    }
    const codeOfInviter = codeOf(inviter.totpKey);
    expect(await acceptance.finish(owner, codeOfInviter)).toBe('codeWrong');
    const code = codeOf(owner.totpKey);
    expect(await acceptance.finish(owner, code)).toMatchObject({ accountId });
    expect(await acceptance.finish(inviter, codeOfInviter)).toBeUndefined();
  });

  test('an invitation expires; a newer one takes its place; all that is wrong is reported at once', async () => {
    const { staff, acceptance } = app.logins;
    const { accountId, secret } = await staff.invite(commandLine, { role: 'viewer', sites: 'all' });
    const wrong = { name: ' ', email: 'x', password: 'password1234' };
    expect(await acceptance.begin(secret, wrong, HERE)).toEqual({
      outcome: 'problems',
      problems: ['nameMissing', 'emailInvalid', 'password.common'],
    });
    expect(await acceptance.begin('x'.repeat(43), wrong, HERE)).toEqual({ outcome: 'spent' });
    const newer = await staff.reset(commandLine, accountId);
    expect(await staff.invited(secret)).toBeUndefined();
    expect(await staff.invited(newer)).toMatchObject({ id: accountId });
    clock.advance(INVITATION_LIFE_MS);
    expect(await staff.invited(newer)).toBeUndefined();
    for (const text of [undefined, '', 'x', newer.slice(1), [newer]]) {
      expect(await staff.invited(text)).toBeUndefined();
    }
  });

  test('the first administrator: a new link at each start until there is one, and then none', async () => {
    const { staff } = app.logins;
    const first = await staff.inviteFirstAdministrator();
    const second = await staff.inviteFirstAdministrator();
    expect(await staff.invited(first)).toBeUndefined();
    expect(await staff.invited(second)).toMatchObject({ role: 'administrator', sites: 'all' });
    expect(await staff.all()).toHaveLength(1);
    await accept(second ?? '', { name: 'Root Admin', email: 'r@example.org' });
    expect(await staff.inviteFirstAdministrator()).toBeUndefined();
  });

  test('password and code: right, and every kind of wrong is one answer', async () => {
    const { staff, passwords } = app.logins;
    const { accountId, key } = await member('ada@example.org');
    const good = { email: ' ADA@example.org ', password: PASSWORD, code: codeOf(key) };
    const wrong = { ok: false, reason: 'wrong' };
    expect(await passwords.logIn({ ...good, password: 'something else' }, HERE)).toEqual(wrong);
    expect(await passwords.logIn({ ...good, email: 'nobody@example.org' }, HERE)).toEqual(wrong);
    expect(await passwords.logIn({ ...good, code: '000000' }, HERE)).toEqual(wrong);
    expect(await passwords.logIn(good, HERE)).toEqual({ ok: true, accountId, secondFactor: 'app' });
    // A code is spent by its use (RFC 6238 §5.2), also at two places at once.
    expect(await passwords.logIn(good, HERE)).toEqual(wrong);
    clock.advance(60_000);
    const next = { ...good, code: codeOf(key) };
    const both = await Promise.all([
      passwords.logIn(next, HERE),
      passwords.logIn(next, '198.51.100.1'),
    ]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    await staff.disable(commandLine, accountId);
    clock.advance(60_000);
    expect(await passwords.logIn({ ...good, code: codeOf(key) }, HERE)).toEqual(wrong);
    await expect(staff.disable(commandLine, 'nobody')).rejects.toMatchObject({
      code: 'accountUnknown',
    });
  });

  test('a wrong second factor counts for the account, over all addresses, if the password was right', async () => {
    const { passwords } = app.logins;
    const { accountId, key } = await member('dea@example.org');
    const { free } = loginLimits.secondFactor;
    const tryCodes = async (password: string, network: number) => {
      const typed = { email: 'dea@example.org', password, code: '000000' };
      for (let tried = 0; tried < free; tried += 1) {
        await passwords.logIn(typed, `10.${network}.${tried}.1`);
      }
    };
    const countsOf = async () => {
      const rows = await store.db.selectFrom('guess').select('failures').execute();
      return rows.filter(({ failures }) => Number(failures) >= free).length;
    };
    await tryCodes('something else', 1);
    const good = { email: 'dea@example.org', password: PASSWORD, code: codeOf(key) };
    expect(await passwords.logIn(good, HERE)).toMatchObject({ ok: true, accountId });
    await store.db.deleteFrom('guess').execute();
    clock.advance(30_000);
    await tryCodes(PASSWORD, 2);
    // The account's and, once the hashes behind the answers are done, the second factor's.
    await vi.waitFor(async () => expect(await countsOf()).toBe(2), { timeout: 60_000 });
    const next = { ...good, code: codeOf(key) };
    expect(await passwords.logIn(next, HERE)).toMatchObject({ ok: false, reason: 'throttled' });
  });

  test('a recovery code: in place of the app, with the password, once, and until there are new ones', async () => {
    const { passwords, recoveryCodes } = app.logins;
    const { accountId, recoveryCodes: codes } = await member('rec@example.org');
    const [first = '', second = '', third = ''] = codes;
    const typed = { email: 'rec@example.org', password: PASSWORD, code: '' };
    const withCode = (recoveryCode: string, password = PASSWORD) =>
      passwords.logIn({ ...typed, password, recoveryCode }, HERE);
    const wrong = { ok: false, reason: 'wrong' };
    expect(first).toMatch(/^[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}$/);
    expect(await withCode(first, 'something else')).toEqual(wrong);
    const lower = ` ${first.toLowerCase().replaceAll('-', ' ')}`;
    const both = await Promise.all([withCode(lower), withCode(first)]);
    expect(both).toContainEqual({ ok: true, accountId, secondFactor: 'recoveryCode' });
    expect(both).toContainEqual(wrong);
    expect(await recoveryCodes.left(accountId)).toBe(9);
    expect(await withCode(second)).toMatchObject({ ok: true });
    const renewed = await app.logins.renewRecoveryCodes(accountId);
    expect(await withCode(third)).toEqual(wrong);
    expect(await withCode(renewed[0] ?? '')).toMatchObject({ ok: true });
    const other = await member('other@example.org');
    expect(await withCode(other.recoveryCodes[0] ?? '')).toEqual(wrong);
    await app.logins.staff.reset(commandLine, accountId);
    expect(await recoveryCodes.left(accountId)).toBe(0);
  });

  test('one’s own password: the old one is asked for, a weak one refused, other sessions end', async () => {
    const { ownPassword, passwords, staff } = app.logins;
    const { accountId, key } = await member('own@example.org');
    const arrival = { kind: 'staff', accountId, assurance: 2 } as const;
    const here = await app.sessions.create(arrival, 'Browser/1', HERE);
    const other = await app.sessions.create(arrival, 'Browser/2', HERE);
    const account = await staff.find(accountId);
    if (!account) {
      throw new Error('no account');
    }
    const client = { sessionId: here.id, address: HERE };
    const change = (oldPassword: string, newPassword: string) =>
      ownPassword.change(account, { oldPassword, newPassword }, client);
    const next = 'tre gatti sul tetto blu';
    expect(await change(PASSWORD, 'ada conti 2026')).toEqual({ outcome: 'ownName' });
    expect(await change('not this one', next)).toEqual({ outcome: 'oldWrong' });
    expect(await change(PASSWORD, PASSWORD)).toEqual({ outcome: 'sameAsOld' });
    expect(await app.sessions.open(other.token, 'Browser/2')).toBeDefined();
    expect(await change(PASSWORD, next)).toEqual({ outcome: 'changed', sessionsEnded: 1 });
    expect(await app.sessions.open(other.token, 'Browser/2')).toBeUndefined();
    expect(await app.sessions.open(here.token, 'Browser/1')).toBeDefined();
    const typed = { email: 'own@example.org', code: codeOf(key) };
    expect(await passwords.logIn({ ...typed, password: PASSWORD }, HERE)).toMatchObject({
      ok: false,
    });
    expect(await passwords.logIn({ ...typed, password: next }, HERE)).toMatchObject({ ok: true });
    for (let tried = 0; tried < loginLimits.accountAtAddress.free; tried += 1) {
      await change('not this one', next);
    }
    expect(await change(next, PASSWORD)).toMatchObject({ outcome: 'throttled' });
  });

  test('one’s own sessions: listed with device and network, ended one by one or all others', async () => {
    const { ownSessions } = app.logins;
    const { accountId } = await member('many@example.org');
    const stranger = await member('stranger@example.org');
    const create = (of: string, agent: string, address = HERE) =>
      app.sessions.create({ kind: 'staff', accountId: of, assurance: 2 }, agent, address);
    const here = await create(accountId, 'Browser/1');
    clock.advance(1000);
    const phone = await create(accountId, 'Phone/1', '2001:db8:1:2::9');
    const third = await create(accountId, 'Browser/3');
    const foreign = await create(stranger.accountId, 'Browser/9');
    const listed = await ownSessions.list(here.id);
    expect(listed.map(({ id }) => id).sort()).toEqual([here.id, phone.id, third.id].sort());
    expect(listed.find(({ id }) => id === here.id)).toMatchObject({
      ...{ isThisOne: true, agent: 'Browser/1', network: '203.0.113.0/24' },
      usedAt: clock.now() - 1000,
    });
    expect(listed.find(({ id }) => id === phone.id)).toMatchObject({
      ...{ isThisOne: false, network: '2001:db8:1:2::/64' },
    });
    expect(await ownSessions.end(here.id, foreign.id)).toBe(false);
    expect(await app.sessions.open(foreign.token, 'Browser/9')).toBeDefined();
    expect(await ownSessions.end(here.id, phone.id)).toBe(true);
    expect(await app.sessions.open(phone.token, 'Phone/1')).toBeUndefined();
    expect(await ownSessions.endOthers(here.id)).toBe(1);
    expect(await ownSessions.list(here.id)).toMatchObject([{ id: here.id }]);
    expect(await app.sessions.open(foreign.token, 'Browser/9')).toBeDefined();
    const rows = JSON.stringify(await store.db.selectFrom('session').selectAll().execute());
    expect(rows).not.toMatch(/Browser|203\.0\.113/);
  });

  test('a proof of who acts: the digits of the app, once, slowed for guessers, and for minutes', async () => {
    const { passwords } = app.logins;
    const { accountId, key } = await member('proof@example.org');
    const { id, token } = await app.sessions.create(
      { kind: 'staff', accountId, assurance: 2 },
      'Browser/1',
    );
    const startedAt = clock.now();
    clock.advance(CONFIRMED_MS);
    const before = await app.sessions.open(token, 'Browser/1');
    expect(before?.confirmedAt).toBe(startedAt);
    const code = codeOf(key);
    expect(await passwords.confirm(accountId, '000000', HERE)).toMatchObject({ reason: 'wrong' });
    expect(await passwords.confirm(accountId, code, HERE)).toMatchObject({ ok: true });
    expect(await passwords.confirm(accountId, code, HERE)).toMatchObject({ reason: 'wrong' });
    await app.sessions.confirm(id);
    expect(await app.sessions.open(before?.rotated ?? '', 'Browser/1')).toMatchObject({
      confirmedAt: clock.now(),
    });
    for (let tried = 0; tried < loginLimits.accountAtAddress.free; tried += 1) {
      await passwords.confirm(accountId, '000000', HERE);
    }
    expect(await passwords.confirm(accountId, codeOf(key), HERE)).toMatchObject({
      reason: 'throttled',
    });
  });

  test('guessing is slowed for the account at that address, and does not lock its owner out', async () => {
    const { attempts } = app.logins;
    const account = 'ada@example.org';
    const throttled = (retryAfterMs: number) => {
      return { ok: false, reason: 'throttled', retryAfterMs };
    };
    for (let tried = 0; tried < loginLimits.accountAtAddress.free; tried += 1) {
      expect(await attempts.reserve(account, HERE)).toMatchObject({ ok: true });
    }
    expect(await attempts.reserve('Ada@Example.org', HERE)).toEqual(throttled(30_000));
    for (const [who, where] of [
      [account, '198.51.100.1'],
      ['other@example.org', HERE],
    ] as const) {
      const elsewhere = await attempts.reserve(who, where);
      expect(elsewhere).toMatchObject({ ok: true });
      await (elsewhere.ok && elsewhere.reserved.giveBack());
    }
    clock.advance(30_000);
    const overloaded = await attempts.reserve(account, HERE);
    await (overloaded.ok && overloaded.reserved.undo());
    // What was not looked at is as if never tried, and forgives nothing either.
    const right = await attempts.reserve(account, HERE);
    expect(await attempts.reserve(account, HERE)).toEqual(throttled(60_000));
    await (right.ok && right.reserved.giveBack());
    for (let tried = 0; tried < loginLimits.accountAtAddress.free; tried += 1) {
      expect(await attempts.reserve(account, HERE)).toMatchObject({ ok: true });
    }
    // One address that tries many accounts is slowed as well.
    for (let tried = 0; tried < loginLimits.address.free; tried += 1) {
      await attempts.reserve(`someone${tried}@example.org`, '198.51.100.9');
    }
    expect(await attempts.reserve('new@example.org', '198.51.100.9')).toMatchObject({ ok: false });
    const rows = JSON.stringify(await store.db.selectFrom('guess').selectAll().execute());
    expect(rows).not.toMatch(/@|example|203\.0\.113|198\.51/);
  });

  test('a throttled login is not even looked at', async () => {
    const { passwords, attempts } = app.logins;
    const { key } = await member('bea@example.org');
    for (let tried = 0; tried < loginLimits.accountAtAddress.free; tried += 1) {
      await attempts.reserve('bea@example.org', HERE);
    }
    const good = { email: 'bea@example.org', password: PASSWORD, code: codeOf(key) };
    expect(await passwords.logIn(good, HERE)).toMatchObject({ reason: 'throttled' });
    expect(await passwords.logIn(good, '198.51.100.1')).toMatchObject({ ok: true });
  });

  test('a reset ends sessions, password and application; the link makes the account usable again', async () => {
    const { staff } = app.logins;
    const { accountId, key } = await member('cai@example.org');
    const { token } = await app.sessions.create(
      { kind: 'staff', accountId, assurance: 2 },
      'Browser/1',
    );
    expect(await app.sessions.open(token, 'Browser/1')).toBeDefined();
    const link = await staff.reset(commandLine, accountId);
    expect(await app.sessions.open(token, 'Browser/1')).toBeUndefined();
    const old = { email: 'cai@example.org', password: PASSWORD, code: codeOf(key) };
    expect(await app.logins.passwords.logIn(old, HERE)).toMatchObject({ ok: false });
    expect(await staff.invited(link)).toMatchObject({ role: 'operator', sites: ['torino'] });
  });

  test('the log of logins is sealed, found by account, and gone after 24 months', async () => {
    const { log } = app.logins;
    await store.db.deleteFrom('login_log').execute();
    await log.write({ event: 'login', way: 'oidc', account: CODE, address: HERE });
    await log.write({
      event: 'failed',
      way: 'password',
      account: 'ada@example.org',
      reason: 'wrong',
    });
    const rows = JSON.stringify(await store.db.selectFrom('login_log').selectAll().execute());
    for (const text of [CODE, 'ada', HERE, 'wrong']) {
      expect(rows).not.toContain(text);
    }
    expect(await log.read({ limit: 10 })).toHaveLength(2);
    expect(await log.read({ account: ` ${CODE.toLowerCase()}`, limit: 10 })).toMatchObject([
      { event: 'login', address: HERE },
    ]);
    clock.advance(23 * MONTH_MS);
    await log.purgeExpired();
    expect(await log.read({ limit: 10 })).toHaveLength(2);
    clock.advance(2 * MONTH_MS);
    await app.logins.purgeExpired();
    expect(await log.read({ limit: 10 })).toEqual([]);
  });

  test('a PIN: two halves that travel apart, replaced at its first use, once', async () => {
    const { pins } = app.logins;
    mails.length = 0;
    app.notify.start();
    const arrived = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const { secondHalf } = await pins.issue(CODE, 'email');
    expect(secondHalf).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
    clock.advance(1000);
    await arrived;
    await app.notify.stop();
    const { text = '', to } = mails[0] ?? {};
    expect(to).toBe(person?.person.email);
    expect(text).not.toContain(secondHalf);
    const [firstHalf = ''] = /\b[2-9A-HJ-NP-Z]{8}\b/.exec(text) ?? [];
    const wrong = { ok: false, reason: 'wrong' };
    const check = (pin: string, codiceFiscale = CODE) => pins.check({ codiceFiscale, pin }, HERE);
    expect(await check(firstHalf)).toEqual(wrong);
    expect(await check(secondHalf + firstHalf)).toEqual(wrong);
    expect(await check(firstHalf + secondHalf, 'RSSMRA80A01H501U')).toEqual(wrong);
    const typed = `${firstHalf.toLowerCase()}-${secondHalf}`;
    expect(await check(typed)).toEqual({ ok: true, kind: 'issued', codiceFiscale: CODE });
    const both = await Promise.all([
      pins.replace(CODE, 'ABCDEFGH', HERE),
      pins.replace(CODE, 'JKLMNPQR', HERE),
    ]);
    expect(both.filter(Boolean)).toHaveLength(1);
    const chosen = both[0] ? 'ABCDEFGH' : 'JKLMNPQR';
    expect(await check(typed)).toEqual(wrong);
    expect(await check(chosen)).toMatchObject({ ok: true, kind: 'active' });
    await store.db.updateTable('pin').set({ expires_at: clock.now() }).execute();
    expect(await check(chosen)).toEqual(wrong);
    const rows = JSON.stringify(await store.db.selectFrom('pin').selectAll().execute());
    expect(rows).not.toContain(CODE);
    expect(rows).not.toContain(chosen);
    await expect(pins.issue('RSSMRA80A01H501U', 'email')).rejects.toMatchObject({
      code: 'personUnknown',
    });
    await expect(pins.issue(CODE, 'sms')).rejects.toMatchObject({ code: 'messagesUnavailable' });
  });

  test('a PIN’s tries count by person, however the codice fiscale is spelled', async () => {
    const reasons: string[] = [];
    for (let at = 1; at <= 7; at += 1) {
      const codiceFiscale = `${CODE.slice(0, at)} ${CODE.slice(at)}`;
      const outcome = await app.logins.pins.check(
        { codiceFiscale, pin: 'AAAAAAAA' },
        '198.51.100.9',
      );
      reasons.push(outcome.ok ? 'ok' : outcome.reason);
    }
    expect(reasons).toEqual([...Array(5).fill('wrong'), 'throttled', 'throttled']);
  });
});
