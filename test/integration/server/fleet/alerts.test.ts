import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../../../server/app.ts';
import { Alerts } from '../../../../server/fleet/alerts/alerts.ts';
import {
  alertsConfigSchema,
  type QueueMail,
} from '../../../../server/fleet/alerts/alerts-config.ts';
import { readWebhook, Webhooks } from '../../../../server/fleet/alerts/webhook.ts';
import { SetAside } from '../../../../server/set-aside.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { actor, administrator, makeSite } from '../../../support/fleet-app.ts';
import { startApp } from '../../../support/server-app.ts';

const secret = Buffer.alloc(32, 7).toString('base64');
const MINUTE_MS = 60_000;
const english = { address: 'night@example.it', language: 'en' } as const;

let store: Store;
let app: App;
let now: number;
let alerts: Alerts;
let mails: Parameters<QueueMail>[1][];
let receiver: Server;
let received: { headers: IncomingHttpHeaders; body: string }[];
let answers: number[];
let hook: string;
let waiting: { waiting: number; dead: number };

beforeEach(async () => {
  received = [];
  answers = [];
  mails = [];
  waiting = { waiting: 0, dead: 0 };
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(answers.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  const address = receiver.address();
  hook = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/alerts`;
  store = await openStore('sqlite::memory:');
  app = await startApp(store);
  now = Date.now();
  await makeSite(app, 'torino', 1);
  alerts = newAlerts();
});
afterEach(async () => {
  await app.stop();
  await store.close();
  receiver.close();
});

function newAlerts(email: (string | typeof english)[] = [english]): Alerts {
  const { activity, roster, bus } = app.fleet;
  return new Alerts({
    store,
    activity,
    roster,
    bus,
    config: {
      ...alertsConfigSchema.parse({ email, repeatMinutes: 60 }),
      webhooks: [{ name: 'pager', url: hook, secret }],
    },
    queueMail: (_tx, mail) => {
      mails.push(mail);
      return Promise.resolve();
    },
    expiries: () => Promise.resolve([]),
    messages: () => Promise.resolve(waiting),
    refusedFacts: () => Promise.resolve([]),
    isProxyUnnamed: () => false,
    setAside: new SetAside({ store, log: pino({ level: 'silent' }), now: () => now }),
    server: 'https://varco.example.it',
    log: pino({ level: 'silent' }),
    now: () => now,
  });
}

/** One round, with the deliveries that it begins. */
async function step(one: Alerts, resumed: boolean): Promise<void> {
  await one.step(resumed);
  await one.delivered();
}

/** The gate's kiosk says how hot it is, now. */
function say(cpuTemperatureC: number): void {
  const entry = app.fleet.roster.get('torino-1');
  if (entry) {
    entry.kiosk = { id: 'torino-1.1', registeredAt: 0 };
    entry.lastReport = {
      at: now,
      intervalMs: 30_000,
      status: { state: 'inService', peripherals: {}, machine: { cpuTemperatureC } },
      software: '1',
      startedAt: 0,
      bootedAt: 0,
      policy: entry.gate.policy,
      presence: 'online',
      since: 0,
    };
  }
}

/** So many minutes of the fleet's leaderJobs, one round a minute. */
async function pass(minutes: number, cpuTemperatureC: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    now += MINUTE_MS;
    say(cpuTemperatureC);
    await step(alerts, false);
  }
}

describe('an alert', () => {
  test('is raised, sent once by mail and by webhook, repeated at the rate, and ends', async () => {
    await pass(10, 90);
    const [open] = await alerts.list(administrator, { open: true });
    expect(open).toMatchObject({ kind: 'temperature', gate: 'torino-1', detail: { value: 90 } });
    expect(alerts.open.ofGate('torino-1')).toEqual({ count: 1, worst: 'warning' });
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      ...english,
      title: 'varco: 1 alert',
      lines: ['NEW  Varco torino-1 (torino): Too hot (90 °C)'],
    });
    expect(received).toHaveLength(1);
    const { headers, body } = received[0] as (typeof received)[0];
    expect(JSON.parse(body)).toMatchObject({
      type: 'varco.alerts',
      data: { alerts: [{ notice: 'raised', kind: 'temperature', gate: 'torino-1' }] },
    });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(signed);
    expect(headers['webhook-signature']).toBe(`v1,${signature.digest('base64')}`);
    await pass(115, 90);
    expect(mails.map(({ lines }) => lines[0]?.slice(0, 5))).toEqual(['NEW  ', 'STILL']);
    await pass(10, 50);
    expect(await alerts.list(administrator, { open: true })).toEqual([]);
    expect(await alerts.list(administrator, { open: false })).toHaveLength(1);
    expect(mails.at(-1)?.lines[0]).toMatch(/^OVER/);
    const kinds = (await app.fleet.activity.list(administrator)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['alert.raised', 'alert.cleared']));
  });

  test('is sent to each in their language, to a bare address in Italian', async () => {
    alerts = newAlerts([english, 'ops@example.it']);
    await pass(10, 90);
    expect(mails).toEqual([
      expect.objectContaining({ ...english, title: 'varco: 1 alert' }),
      expect.objectContaining({
        address: 'ops@example.it',
        language: 'it',
        title: 'varco: 1 allarme',
        lines: ['NUOVO  Varco torino-1 (torino): Troppo caldo (90 °C)'],
      }),
    ]);
  });

  test('is raised while messages to people do not leave, and ends when they do', async () => {
    waiting = { waiting: 500, dead: 2 };
    await alerts.refresh();
    await pass(7, 50);
    const [open] = await alerts.list(administrator, { open: true });
    expect(open).toMatchObject({ kind: 'messagesStuck', subject: 'server', detail: waiting });
    // About no gate: in no row of the table, and counted all the same for who sees the whole fleet.
    expect(alerts.open.besideGates('all')).toBe(1);
    expect(alerts.open.besideGates(['torino'])).toBe(0);
    expect(mails.at(-1)?.lines).toEqual([
      'NEW  the server: Messages to people do not leave (waiting 500, undeliverable 2)',
    ]);
    waiting = { waiting: 0, dead: 2 };
    await alerts.refresh();
    await pass(7, 50);
    expect(await alerts.list(administrator, { open: true })).toEqual([]);
    expect(alerts.open.besideGates('all')).toBe(0);
  });

  test('is acknowledged with a reason: no reminder', async () => {
    await pass(10, 90);
    const [{ id = '' } = {}] = await alerts.list(administrator, { open: true });
    const viewer = actor('viewer');
    await expect(alerts.acknowledge(viewer, id, 'x')).rejects.toMatchObject({ code: 'forbidden' });
    const elsewhere = actor('operator', ['venezia']);
    await expect(alerts.acknowledge(elsewhere, id, 'x')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(alerts.acknowledge(administrator, id, ' ')).rejects.toMatchObject({
      code: 'reasonInvalid',
    });
    await alerts.acknowledge(administrator, id, 'fan ordered');
    await pass(180, 90);
    expect(mails).toHaveLength(1);
    expect((await alerts.list(administrator, { open: true }))[0]).toMatchObject({
      acknowledged: { by: administrator.id, reason: 'fan ordered' },
    });
  });

  test('is silenced until a time: nothing is sent, and then it is', async () => {
    await pass(10, 90);
    const [{ id = '' } = {}] = await alerts.list(administrator, { open: true });
    const tooLong = { until: now + 91 * 86_400_000, reason: 'x' };
    await expect(alerts.silence(administrator, id, tooLong)).rejects.toMatchObject({
      code: 'silenceTooLong',
    });
    await alerts.silence(administrator, id, { until: now + 180 * MINUTE_MS, reason: 'heat wave' });
    await pass(10, 50);
    await pass(100, 90);
    expect(mails).toHaveLength(1);
    await pass(80, 90);
    expect(mails).toHaveLength(2);
  });

  test('that another node raised goes on here, and is not raised twice', async () => {
    await pass(10, 90);
    const other = newAlerts();
    now += MINUTE_MS;
    say(90);
    await step(other, true);
    expect(await other.list(administrator, { open: true })).toHaveLength(1);
    alerts = other;
    await pass(10, 50);
    expect(await other.list(administrator, { open: true })).toEqual([]);
  });

  test('of a site is seen by whoever has that site', async () => {
    await pass(10, 90);
    expect(await alerts.list(actor('viewer', ['torino']), { open: true })).toHaveLength(1);
    expect(await alerts.list(actor('viewer', ['venezia']), { open: true })).toEqual([]);
  });
});

describe('a webhook that fails', () => {
  test('is tried again, each time later, with the same id, and given up in the end', async () => {
    answers = [500, 500, 204];
    await pass(7, 90);
    expect(received).toHaveLength(2);
    for (let minute = 0; minute < 10; minute += 1) {
      now += MINUTE_MS;
      await step(alerts, false);
    }
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    receiver.close();
    receiver.closeAllConnections();
    const hooks = [{ name: 'gone', url: hook, secret }];
    const webhooks = new Webhooks({
      store,
      hooks,
      log: pino({ level: 'silent' }),
      now: () => now,
      random: () => 0.5,
    });
    await store.transaction((tx) => webhooks.queue(tx, { type: 'test' }));
    for (let tried = 0; tried < 12; tried += 1) {
      now += 2 * 86_400_000;
      await webhooks.send();
    }
    const rows = await store.db
      .selectFrom('webhook_delivery')
      .select(['state', 'attempts', 'problem'])
      .where('hook', '=', 'gone')
      .execute();
    expect(rows).toEqual([{ state: 'failed', attempts: 8, problem: 'ECONNREFUSED' }]);
  });

  test.each([
    ['a weak one', 'c2hvcnQ='],
    ['none', undefined],
  ])('a secret that is unusable stops the start: %s', async (_name, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'varco-hook-'));
    const secretFile = join(folder, 'hook.secret');
    if (text !== undefined) {
      await writeFile(secretFile, text);
    }
    await expect(readWebhook({ name: 'pager', url: hook, secretFile })).rejects.toMatchObject({
      code: 'webhookSecretUnusable',
    });
    await writeFile(secretFile, `whsec_${secret}\n`);
    const read = await readWebhook({ name: 'pager', url: hook, secretFile });
    expect(read.secret).toBe(`whsec_${secret}`);
    await rm(folder, { recursive: true });
  });

  test.each([
    ['plain to another machine', { url: 'http://example.it/x' }],
    ['a secret in the config itself', { secret }],
    ['no name', { name: '' }],
  ])('config: %s is refused', (_name, change) => {
    const good = { name: 'pager', url: 'https://example.it/x', secretFile: 'hook.secret' };
    expect(alertsConfigSchema.safeParse({ webhooks: [good] }).success).toBe(true);
    expect(alertsConfigSchema.safeParse({ webhooks: [{ ...good, ...change }] }).success).toBe(
      false,
    );
  });
});
