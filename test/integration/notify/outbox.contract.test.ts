import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { demoPeople } from '../../../scripts/sample/demo-people.ts';
import { Audit } from '../../../server/audit/audit.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import type { MessageRequest } from '../../../server/notify/message.ts';
import { Notify } from '../../../server/notify/notify.ts';
import { defaultOutboxLimits } from '../../../server/notify/outbox-limits.ts';
import type {
  OutgoingMail,
  OutgoingSms,
  SendOutcome,
  Transports,
} from '../../../server/notify/transport.ts';
import { Registry } from '../../../server/registry/registry.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { administrator } from '../../support/fleet-app.ts';
import { testKeyring } from '../../support/server-app.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** What a node sent, and how the server answered. */
class Desk {
  readonly mails: OutgoingMail[] = [];
  readonly texts: OutgoingSms[] = [];
  answer: (message: { id: string; to: string }) => SendOutcome | Promise<SendOutcome> = () => ({
    outcome: 'sent',
  });

  transports(): Required<Transports> {
    const stop = () => Promise.resolve();
    return {
      email: {
        channel: 'email',
        send: async (mail) => {
          this.mails.push(mail);
          return this.answer(mail);
        },
        stop,
      },
      sms: {
        channel: 'sms',
        send: async (text) => {
          this.texts.push(text);
          return this.answer(text);
        },
        stop,
      },
    };
  }
}

const HOUR_MS = 3_600_000;

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let url: string;
  let stores: Store[] = [];
  let nodes: Notify[] = [];
  let clock: VirtualClock;
  let desk: Desk;
  let store: Store;
  let notify: Notify;
  let personId: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-notify-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = postgres ? await postgres.createDatabase() : `sqlite:${join(folder, randomUUID())}.db`;
    clock = new VirtualClock();
    desk = new Desk();
    store = await open();
    notify = node(store);
    const registry = registryOf(store);
    const [first] = demoPeople as [(typeof demoPeople)[number]];
    await registry.importRows([{ person: first.person }]);
    personId = (await registry.findPerson(first.person.codiceFiscale))?.id ?? 0;
  });
  afterEach(async () => {
    await Promise.all(nodes.map((one) => one.stop()));
    await Promise.all(stores.map((one) => one.close()));
    stores = [];
    nodes = [];
  });

  async function open(): Promise<Store> {
    const opened = await openStore(url);
    stores.push(opened);
    return opened;
  }

  function registryOf(of: Store): Registry {
    const now = () => clock.now();
    const audit = new Audit({ store: of, keyring: testKeyring, node: 'node-a', now });
    return new Registry({ store: of, keyring: testKeyring, audit, now });
  }

  function node(of: Store): Notify {
    const registry = registryOf(of);
    const one = new Notify({
      store: of,
      keyring: testKeyring,
      registry,
      clock,
      log: pino({ level: 'silent' }),
      transports: desk.transports(),
      random: () => 0.5,
    });
    nodes.push(one);
    return one;
  }

  function alert(key: string, address = 'staff@example.org'): MessageRequest<'fleetAlert'> {
    return {
      key,
      to: { kind: 'email', address },
      template: 'fleetAlert',
      data: { title: 'Varco 1 non risponde', lines: ['da 5 minuti'] },
    };
  }

  const codeTo = (address: string, code = '012345'): MessageRequest<'contactCode'> => ({
    key: `code:${randomUUID()}`,
    to: { kind: 'sms', address },
    template: 'contactCode',
    data: { code },
  });

  const queue = (request: MessageRequest) => store.transaction((tx) => notify.queue(tx, request));

  /** Lets time pass in steps, each until nothing is on its way. */
  async function pass(ms: number, stepMs = 1000): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(stepMs, left));
      await Promise.all(nodes.map((one) => one.idle()));
    }
  }

  const stateOf = async (key: string) =>
    store.db.selectFrom('message').selectAll().where('key', '=', key).executeTakeFirst();

  test('is sent if the transaction commits, once for a key, and erased then', async () => {
    notify.start();
    const aborted = store.transaction(async (tx) => {
      await notify.queue(tx, alert('a'));
      throw new Error('rolled back');
    });
    await expect(aborted).rejects.toThrow('rolled back');
    await pass(3000);
    expect(desk.mails).toEqual([]);
    expect(await queue(alert('a'))).toMatchObject({ outcome: 'queued' });
    expect(await queue(alert('a'))).toEqual({ outcome: 'duplicate' });
    await pass(3000);
    expect(await queue(alert('a'))).toEqual({ outcome: 'duplicate' });
    await pass(3000);
    expect(desk.mails).toHaveLength(1);
    expect(desk.mails[0]).toMatchObject({
      to: 'staff@example.org',
      subject: 'Varco 1 non risponde',
    });
    expect(await stateOf('a')).toMatchObject({ state: 'delivered', body_cipher: null });
  });

  test('nothing of a message can be read in the database', async () => {
    await queue(alert('sealed', 'somebody@example.org'));
    await queue(codeTo('+393331234567', '918273'));
    const rows = await store.db.selectFrom('message').selectAll().execute();
    expect(rows).toHaveLength(2);
    const written = JSON.stringify(rows) + rows.map((row) => String(row.body_cipher)).join();
    for (const secret of ['somebody', '3331234567', '918273', 'non risponde']) {
      expect(written).not.toContain(secret);
    }
  });

  test('two nodes at once send each message once', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `many:${index}`);
    for (const key of keys) {
      await queue(alert(key, `${key.replace(':', '')}@example.org`));
    }
    const other = node(await open());
    notify.start();
    other.start();
    await pass(20_000, 500);
    expect(desk.mails).toHaveLength(40);
    expect(new Set(desk.mails.map(({ to }) => to)).size).toBe(40);
  });

  test('a node that dies while it sends: the message goes again when its claim lapses', async () => {
    await queue(alert('lost'));
    const claimed = await notify.outbox.claim('email', 5);
    expect(claimed).toHaveLength(1);
    notify.start();
    await pass(defaultOutboxLimits.claimMs - 2000, 10_000);
    expect(desk.mails).toEqual([]);
    await pass(4000);
    expect(desk.mails).toHaveLength(1);
    // The one that was thought dead comes back too late to say anything.
    await notify.outbox.markDead(claimed[0] as (typeof claimed)[number], 'late');
    expect(await stateOf('lost')).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('a message of a key that is gone is dead, and the others go', async () => {
    await queue(alert('foreign'));
    await queue(alert('ours'));
    const foreign = new Keyring(generateKeyringFile(0)).seal('message.body', '{}');
    const change = store.db.updateTable('message').set({ body_cipher: foreign });
    await change.where('key', '=', 'foreign').execute();
    notify.start();
    await pass(2000);
    expect(desk.mails).toHaveLength(1);
    expect(await stateOf('foreign')).toMatchObject({ state: 'dead', last_code: 'boxUnreadable' });
    expect(await stateOf('ours')).toMatchObject({ state: 'delivered' });
  });

  test('put off: later each time, at last a dead letter that can be retried', async () => {
    desk.answer = () => ({ outcome: 'later', code: 'smtp451' });
    await queue(alert('greylisted'));
    notify.start();
    await pass(24 * HOUR_MS, 600_000);
    expect(desk.mails).toHaveLength(defaultOutboxLimits.attemptsMax);
    const [dead] = await notify.outbox.list(administrator, 'dead');
    expect(dead).toMatchObject({ template: 'fleetAlert', attempts: 12, lastCode: 'smtp451' });
    desk.answer = () => ({ outcome: 'sent' });
    await notify.outbox.retry(administrator, dead?.id ?? '');
    await pass(2000);
    expect(await notify.outbox.counts()).toEqual({ delivered: 1 });
    await expect(notify.outbox.retry(administrator, dead?.id ?? '')).rejects.toMatchObject({
      code: 'messageUnknown',
    });
  });

  test('refused for good: dead at once, and dropped it is erased', async () => {
    desk.answer = () => ({ outcome: 'refused', code: 'smtp550' });
    await queue(alert('nobody'));
    notify.start();
    await pass(5000);
    expect(desk.mails).toHaveLength(1);
    const [dead] = await notify.outbox.list(administrator, 'dead');
    await notify.outbox.drop(administrator, dead?.id ?? '');
    expect(await stateOf('nobody')).toMatchObject({ state: 'dropped', body_cipher: null });
  });

  test('the server is unreachable for an hour: single messages probe, nothing is lost', async () => {
    desk.answer = () => ({ outcome: 'unreachable', code: 'ECONNREFUSED' });
    for (let index = 0; index < 5; index += 1) {
      await queue(alert(`hour:${index}`, `staff${index}@example.org`));
    }
    notify.start();
    await pass(HOUR_MS, 10_000);
    expect(desk.mails.length).toBeGreaterThan(60);
    expect(desk.mails.length).toBeLessThan(120);
    expect(notify.health()[0]?.unreachableSince).toBeLessThan(clock.now() - HOUR_MS + 15_000);
    desk.mails.length = 0;
    desk.answer = () => ({ outcome: 'sent' });
    await pass(65_000);
    expect(desk.mails).toHaveLength(5);
    expect(await notify.outbox.counts()).toEqual({ delivered: 5 });
    expect(notify.health()).toEqual([{ channel: 'email' }, { channel: 'sms' }]);
  });

  test('a one-time code that is too old to be of use is not sent', async () => {
    desk.answer = () => ({ outcome: 'unreachable', code: 'ECONNREFUSED' });
    const request = codeTo('+393331234567');
    await queue(request);
    notify.start();
    await pass(6 * 60_000, 10_000);
    desk.answer = () => ({ outcome: 'sent' });
    desk.texts.length = 0;
    await pass(120_000, 10_000);
    expect(desk.texts).toEqual([]);
    expect(await stateOf(request.key)).toMatchObject({ state: 'expired', body_cipher: null });
  });

  test('a code goes before a hundred others that are slow', async () => {
    const slow: (() => void)[] = [];
    desk.answer = (message) =>
      message.to.startsWith('staff')
        ? new Promise((resolve) => slow.push(() => resolve({ outcome: 'sent' })))
        : { outcome: 'sent' };
    for (let index = 0; index < 20; index += 1) {
      await queue(alert(`slow:${index}`, `staff${index}@example.org`));
    }
    notify.start();
    clock.advance(1000);
    await expect.poll(() => slow.length).toBe(6);
    const request = {
      ...codeTo('+390'),
      to: { kind: 'email', address: 'me@example.org' },
    } as const;
    await queue(request);
    clock.advance(2000);
    await expect.poll(async () => (await stateOf(request.key))?.state).toBe('delivered');
    for (let done = 0; done < 20; done += 1) {
      await expect.poll(() => slow.length).toBeGreaterThan(done);
      slow[done]?.();
    }
  });

  test('six codes in a quarter of an hour: the sixth is refused, others still get theirs', async () => {
    notify.start();
    for (let sent = 0; sent < 5; sent += 1) {
      expect(await queue(codeTo('+393331234567'))).toMatchObject({ outcome: 'queued' });
      await pass(60_000, 10_000);
    }
    const refused = await queue(codeTo('+393331234567'));
    expect(refused).toEqual({ outcome: 'throttled', retryAfterMs: 600_000 });
    expect(await queue(codeTo('+393337654321'))).toMatchObject({ outcome: 'queued' });
    await pass(600_000, 60_000);
    expect(await queue(codeTo('+393331234567'))).toMatchObject({ outcome: 'queued' });
  });

  test('a person is counted as one by whatever address', async () => {
    const to = (address: string) =>
      ({ ...codeTo(address), to: { kind: 'sms', address, personId } }) as const;
    for (let sent = 0; sent < 5; sent += 1) {
      await queue(to(`+39333000000${sent}`));
    }
    expect(await queue(to('+393339999999'))).toMatchObject({ outcome: 'throttled' });
  });

  test('more notices than a person should get: they wait, none is lost', async () => {
    notify.start();
    for (let index = 0; index < 25; index += 1) {
      await queue(alert(`flood:${index}`));
    }
    await pass(60_000, 10_000);
    expect(desk.mails).toHaveLength(20);
    await pass(HOUR_MS, 60_000);
    expect(desk.mails).toHaveLength(25);
  });

  test("the contact on file and the person's language when it is sent", async () => {
    await store.transaction((tx) => notify.setLanguage(tx, personId, 'sl'));
    const link = 'https://varco.example.it/portal';
    const request = { template: 'verbaleDefinitive', data: { link } } as const;
    await queue({ key: 'notice:1', to: { kind: 'email', personId }, ...request });
    await queue({ key: 'notice:2', to: { kind: 'sms', personId }, ...request });
    notify.start();
    await pass(2000);
    const { email, mobile } = demoPeople[0]?.person ?? {};
    expect(desk.mails[0]).toMatchObject({ to: email, subject: 'Za vas je nov dokument' });
    expect(desk.texts[0]).toMatchObject({ to: mobile });
    expect(desk.texts[0]?.text).toContain(link);
  });

  test('a settled message is purged with its key after the retention time', async () => {
    await queue(alert('old'));
    notify.start();
    await pass(2000);
    await notify.stop();
    clock.advance(31 * 24 * HOUR_MS);
    await notify.outbox.purgeSettled();
    expect(await stateOf('old')).toBeUndefined();
  });

  test('without a way out nothing is taken', async () => {
    const bare = new Notify({
      store,
      keyring: testKeyring,
      registry: registryOf(store),
      clock,
      log: pino({ level: 'silent' }),
    });
    expect(await store.transaction((tx) => bare.queue(tx, alert('none')))).toEqual({
      outcome: 'unavailable',
    });
  });
});
