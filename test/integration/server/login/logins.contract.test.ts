import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { demoPeople } from '../../../../scripts/sample/demo-people.ts';
import type { App } from '../../../../server/app.ts';
import { commandLine } from '../../../../server/fleet/access/actor.ts';
import { loginLimits } from '../../../../server/guessing/login-attempts.ts';
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
    for (const table of ['staff_passkey', 'staff_account', 'single_use', 'guess'] as const) {
      await store.db.deleteFrom(table).execute();
    }
  });

  const codeOf = (secret: string, later = 0) =>
    new TOTP({ secret }).generate({ timestamp: clock.now() + later });

  /** An account in use; the secret of its authenticator application. */
  async function member(email: string) {
    const { staff } = app.logins;
    const { accountId, secret } = await staff.invite(commandLine, {
      role: 'operator',
      sites: ['torino'],
    });
    const key = staff.invitationTotp(secret);
    const given = { name: 'Ada Conti', email, password: PASSWORD, code: codeOf(key) };
    expect(await staff.accept(secret, given)).toEqual({ accountId });
    clock.advance(30_000);
    return { accountId, key, secret };
  }

  test('an invitation works once, of two at the same moment too', async () => {
    const { staff } = app.logins;
    const { accountId, secret } = await staff.invite(commandLine, { role: 'viewer', sites: 'all' });
    const given = {
      name: 'Ada Conti',
      email: 'once@example.org',
      password: PASSWORD,
      code: codeOf(staff.invitationTotp(secret)),
    };
    const both = await Promise.all([staff.accept(secret, given), staff.accept(secret, given)]);
    expect(both).toContainEqual({ accountId });
    expect(both).toContain(undefined);
    expect(await staff.invited(secret)).toBeUndefined();
    const rows = JSON.stringify(await store.db.selectFrom('staff_account').selectAll().execute());
    for (const text of ['Ada', 'once@example.org', PASSWORD, staff.invitationTotp(secret)]) {
      expect(rows).not.toContain(text);
    }
  });

  test('an invitation expires; a newer one takes its place; all that is wrong is reported at once', async () => {
    const { staff } = app.logins;
    const { accountId, secret } = await staff.invite(commandLine, { role: 'viewer', sites: 'all' });
    const wrong = { name: ' ', email: 'x', password: 'password1234', code: '000000' };
    expect(await staff.accept(secret, wrong)).toEqual({
      problems: ['nameMissing', 'emailInvalid', 'password.common', 'codeWrong'],
    });
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
    const key = staff.invitationTotp(second ?? '');
    const given = { name: 'Root Admin', email: 'r@example.org', password: PASSWORD };
    await staff.accept(second ?? '', { ...given, code: codeOf(key) });
    expect(await staff.inviteFirstAdministrator()).toBeUndefined();
  });

  test('password and code: right, and every kind of wrong is one answer', async () => {
    const { staff } = app.logins;
    const { accountId, key } = await member('ada@example.org');
    const good = { email: ' ADA@example.org ', password: PASSWORD, code: codeOf(key) };
    const wrong = { ok: false, reason: 'wrong' };
    expect(await staff.logIn({ ...good, password: 'something else' }, HERE)).toEqual(wrong);
    expect(await staff.logIn({ ...good, email: 'nobody@example.org' }, HERE)).toEqual(wrong);
    expect(await staff.logIn({ ...good, code: '000000' }, HERE)).toEqual(wrong);
    expect(await staff.logIn(good, HERE)).toEqual({ ok: true, accountId });
    // A code is spent by its use (RFC 6238 §5.2), also at two places at once.
    expect(await staff.logIn(good, HERE)).toEqual(wrong);
    clock.advance(60_000);
    const next = { ...good, code: codeOf(key) };
    const both = await Promise.all([staff.logIn(next, HERE), staff.logIn(next, '198.51.100.1')]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    await staff.disable(commandLine, accountId);
    clock.advance(60_000);
    expect(await staff.logIn({ ...good, code: codeOf(key) }, HERE)).toEqual(wrong);
    await expect(staff.disable(commandLine, 'nobody')).rejects.toMatchObject({
      code: 'accountUnknown',
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
    const { staff, attempts } = app.logins;
    const { key } = await member('bea@example.org');
    for (let tried = 0; tried < loginLimits.accountAtAddress.free; tried += 1) {
      await attempts.reserve('bea@example.org', HERE);
    }
    const good = { email: 'bea@example.org', password: PASSWORD, code: codeOf(key) };
    expect(await staff.logIn(good, HERE)).toMatchObject({ reason: 'throttled' });
    expect(await staff.logIn(good, '198.51.100.1')).toMatchObject({ ok: true });
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
    expect(await staff.logIn(old, HERE)).toMatchObject({ ok: false });
    expect(await staff.invited(link)).toMatchObject({ role: 'operator', sites: ['torino'] });
    expect(staff.invitationTotp(link)).not.toBe(key);
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
      pins.replace(CODE, 'ABCDEFGH'),
      pins.replace(CODE, 'JKLMNPQR'),
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
});
