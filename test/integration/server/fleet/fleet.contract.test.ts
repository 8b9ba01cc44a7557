import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { DEMO_POLICY } from '../../../../scripts/sample/demo-people.ts';
import { CODE_LIFE_MS } from '../../../../server/fleet/enrolment/enrolment.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import type { DesiredConfig } from '../../../../shared/protocol/remote-config.ts';
import {
  actor,
  administrator,
  enrolKiosk,
  enrolRequest,
  type FleetApp,
  makeSite,
  startFleetApp,
  until,
} from '../../../support/fleet-app.ts';
import { newKioskKey } from '../../../support/kiosk-client.ts';
import { startApp } from '../../../support/server-app.ts';
import { migrateAsBefore } from '../../../support/version-table.ts';

const WAIT = { timeout: 20_000 };
const ready = { state: 'ready' } as const;
const whole = { state: 'inService', peripherals: { scanner: ready, keypad: ready } } as const;

describe.each(['sqlite', 'postgres'] as const)('the fleet on %s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let store: Store;
  let one: FleetApp;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-fleet-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const url = postgres
      ? await postgres.createDatabase()
      : `sqlite:${join(folder, randomUUID())}.db`;
    store = await openStore(url);
    one = await startFleetApp(store);
  });
  afterEach(async () => {
    await one.app.stop();
    await store.close();
  });

  const fleet = () => one.app.fleet;

  test('sites and gates: made, changed, removed, each act in the audit', async () => {
    const [gate = ''] = await makeSite(one.app, 'torino', 2);
    await expect(makeSite(one.app, 'torino', 1)).rejects.toMatchObject({ code: 'siteExists' });
    const bad = { id: 'x', site: 'torino', title: 'X', policy: 'none' };
    await expect(fleet().gates.create(administrator, [bad])).rejects.toMatchObject({
      code: 'policyUnknown',
    });
    await fleet().gates.change(administrator, gate, { tags: ['nord'], note: 'near the lift' });
    expect(await fleet().gates.get(administrator, gate)).toMatchObject({
      tags: ['nord'],
      note: 'near the lift',
      title: 'Varco torino-1',
    });
    await fleet().gates.remove(administrator, gate, 'closed');
    await expect(fleet().gates.get(administrator, gate)).rejects.toMatchObject({
      code: 'gateUnknown',
    });
    const rows = await store.db
      .selectFrom('audit')
      .select(['kind', 'body'])
      .where('kind', 'like', 'fleet.%')
      .orderBy('sequence')
      .execute();
    expect(rows.map(({ kind }) => kind)).toEqual([
      'fleet.site.created',
      'fleet.gate.created',
      'fleet.gate.created',
      'fleet.gate.changed',
      'fleet.gate.removed',
    ]);
    expect(rows.every(({ body }) => JSON.parse(body).actor === administrator.id)).toBe(true);
  });

  test('who has one site sees and changes that one only', async () => {
    await makeSite(one.app, 'torino', 1);
    await makeSite(one.app, 'venezia', 1);
    const manager = actor('siteManager', ['torino']);
    expect((await fleet().gates.list(manager)).map(({ id }) => id)).toEqual(['torino-1']);
    expect(
      fleet()
        .rowsFor(manager)
        .map(({ id }) => id),
    ).toEqual(['torino-1']);
    expect(() => fleet().details(manager, 'venezia-1')).toThrow(/may not/);
    const rejected = { code: 'forbidden' };
    const { gates, enrolment, commands, rollouts } = fleet();
    const change = gates.change(manager, 'venezia-1', { title: 'mine' });
    await expect(change).rejects.toMatchObject(rejected);
    await expect(enrolment.createCodes(manager, ['venezia-1'])).rejects.toMatchObject(rejected);
    await enrolKiosk(one, 'venezia-1');
    await fleet().state.reload();
    const filter = { gates: ['venezia-1'] };
    const command = { name: 'identify' } as const;
    await expect(commands.send(manager, { filter, command })).rejects.toMatchObject(rejected);
    await expect(rollouts.start(manager, { version: 0, filter })).rejects.toMatchObject(rejected);
    const viewer = actor('viewer');
    await expect(gates.change(viewer, 'torino-1', { note: 'x' })).rejects.toMatchObject(rejected);
    await gates.change(actor('operator', ['torino']), 'torino-1', { note: 'x' });
  });

  test('an enrolment code is used once, by one, in its time, at its gate', async () => {
    const [gate = ''] = await makeSite(one.app, 'torino', 1);
    const { enrolment } = fleet();
    const [code] = await enrolment.createCodes(administrator, [gate]);
    const text = code?.code ?? '';
    expect(text).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    expect(code?.invitation).toMatch(/^VARCO-ENROL:HTTPS:\/\/VARCO\.EXAMPLE\.IT\/[0-9A-Z]{16}$/);
    expect((code?.expiresAt ?? 0) - Date.now()).toBeLessThanOrEqual(CODE_LIFE_MS);
    const kept = JSON.stringify([
      await store.db.selectFrom('enrolment_code').selectAll().execute(),
      await store.db.selectFrom('audit').select('body').execute(),
    ]);
    expect(kept).not.toContain(text.replaceAll('-', ''));
    expect(kept).not.toContain(text);
    const tries = await Promise.all(
      ['1', '2', '3'].map((address) =>
        enrolment.enrol(enrolRequest(text, newKioskKey().publicKey), { address }),
      ),
    );
    expect(tries.filter(({ ok }) => ok)).toHaveLength(1);
    const again = await enrolment.enrol(enrolRequest(text, newKioskKey().publicKey), {
      address: '4',
    });
    expect(again).toEqual({ ok: false, code: 'codeRefused' });
    const [late] = await enrolment.createCodes(administrator, [gate], {
      replace: true,
      lifeMs: -1,
    });
    const spent = enrolRequest(late?.code ?? '', newKioskKey().publicKey);
    expect(await enrolment.enrol(spent, { address: '5' })).toMatchObject({ code: 'codeRefused' });
  });

  test('guesses are slowed down for their address', async () => {
    await makeSite(one.app, 'torino', 1);
    const guess = (address: string) =>
      fleet().enrolment.enrol(enrolRequest('0000000000000000', newKioskKey().publicKey), {
        address,
      });
    const codes: string[] = [];
    for (let tried = 0; tried < 7; tried += 1) {
      const outcome = await guess('192.0.2.1');
      codes.push(outcome.ok ? 'ok' : outcome.code);
    }
    const refused = 'codeRefused';
    expect(codes).toEqual([refused, refused, refused, refused, refused, 'busy', 'busy']);
    expect(await guess('192.0.2.2')).toMatchObject({ code: refused });
  });

  test('a replaced board loses its key and its connection', async () => {
    const [gate = ''] = await makeSite(one.app, 'torino', 1);
    const old = await enrolKiosk(one, gate);
    expect((await old.client.boot()).status).toBe('accepted');
    await expect(fleet().enrolment.createCodes(administrator, [gate])).rejects.toMatchObject({
      code: 'gateTaken',
    });
    const next = await enrolKiosk(one, gate, { replace: true });
    expect(await old.client.closed).toBe(4403);
    expect(next.kioskId).not.toBe(old.kioskId);
    expect((await next.client.boot()).status).toBe('accepted');
    expect(await fleet().findKiosk(old.kioskId)).toBeUndefined();
    await fleet().kiosks.revoke(administrator, gate, 'stolen');
    expect(await next.client.closed).toBe(4403);
  });

  test('what a kiosk reports is shown, stored, and read again after a restart', async () => {
    const [gate = '', silent = ''] = await makeSite(one.app, 'torino', 2);
    const { client } = await enrolKiosk(one, gate);
    await client.boot();
    await client.status(whole);
    expect(fleet().details(administrator, gate).row).toMatchObject({
      presence: 'online',
      faults: [],
      software: 'test',
    });
    await client.status({ partial: true, peripherals: { scanner: { state: 'lost' } } });
    expect(fleet().details(administrator, gate).row).toMatchObject({
      presence: 'degraded',
      faults: ['scanner'],
    });
    expect(fleet().details(administrator, silent).row.presence).toBe('neverSeen');
    expect(fleet().summaryFor(administrator)).toMatchObject({ gates: 2, kiosks: 1 });
    await fleet().state.settle();
    const other = await startFleetApp(store, { node: 'node-b' });
    expect(other.app.fleet.details(administrator, gate)).toMatchObject({
      row: { presence: 'degraded', faults: ['scanner'] },
      node: 'node-a',
      stale: false,
    });
    await other.app.stop();
  });

  test('a config: checked, sent, refused, drift that goes, and back to any version', async () => {
    const [gate = ''] = await makeSite(one.app, 'torino', 1);
    const told: DesiredConfig[] = [];
    const { client } = await enrolKiosk(one, gate, {
      handlers: {
        Configure: (desired) => {
          told.push(desired);
          return desired.body.volume === 21
            ? { status: 'refused', problems: [{ path: 'volume', message: 'too low here' }] }
            : { status: 'applied' };
        },
      },
    });
    await client.boot();
    await client.status({ ...whole, config: { version: 0, status: 'running' } });
    const { configs, rollouts } = fleet();
    await expect(configs.create(administrator, { body: { volume: 500 } })).rejects.toMatchObject({
      code: 'configInvalid',
    });
    await expect(
      configs.create(administrator, { body: { turnstile: 'open' } }),
    ).rejects.toMatchObject({ code: 'configInvalid' });
    const good = await configs.create(administrator, { body: { volume: 60 }, note: 'quieter' });
    const filter = { gates: [gate] };
    const plan = { percentages: [100], soakMs: 0 };
    const first = await rollouts.start(administrator, { version: good.version, filter, plan });
    await fleet().rolloutRunner.step();
    await vi.waitFor(() => expect(told).toHaveLength(1), WAIT);
    expect(told[0]).toEqual({ version: good.version, body: { volume: 60 } });
    expect(fleet().details(administrator, gate).drifts).toMatchObject([
      { kind: 'config', desired: good.version, reported: 0 },
    ]);
    await client.status({ partial: true, config: { version: good.version, status: 'running' } });
    expect(fleet().details(administrator, gate).drifts).toEqual([]);
    await fleet().rolloutRunner.step();
    await fleet().rolloutRunner.step();
    expect((await rollouts.get(administrator, first.id)).state).toBe('completed');
    const bad = await configs.create(administrator, { body: { volume: 21 } });
    const second = await rollouts.start(administrator, { version: bad.version, filter, plan });
    await fleet().rolloutRunner.step();
    await until(
      one.app,
      () => fleet().details(administrator, gate).told?.config?.status === 'refused',
    );
    await fleet().rolloutRunner.step();
    expect(await rollouts.get(administrator, second.id)).toMatchObject({
      state: 'stopped',
      targets: [{ state: 'failed', problem: 'volume: too low here' }],
    });
    await rollouts.turn(administrator, second.id, 'rollBack', 'too quiet');
    const third = { version: good.version, filter: { tags: ['nord'] }, plan };
    await expect(rollouts.start(administrator, third)).rejects.toMatchObject({
      code: 'nobodyMeant',
    });
    expect(fleet().details(administrator, gate).desired).toBe(good.version);
    const back = await rollouts.start(administrator, { version: 0, filter, plan });
    await fleet().rolloutRunner.step();
    await client.status({ partial: true, config: { version: 0, status: 'running' } });
    await fleet().rolloutRunner.step();
    await fleet().rolloutRunner.step();
    expect((await rollouts.get(administrator, back.id)).state).toBe('completed');
    expect(fleet().details(administrator, gate).desired).toBe(0);
    // The kiosk's own file is nobody's version.
    const listed = (await configs.list(administrator)).map(({ version }) => version);
    expect(listed).toEqual([bad.version, good.version]);
    await expect(configs.get(administrator, 0)).rejects.toMatchObject({ code: 'configUnknown' });
  });

  test('a gate that joins a group gets what the group runs', async () => {
    const [first = '', late = ''] = await makeSite(one.app, 'torino', 2);
    const { gates, configs, rollouts } = fleet();
    await gates.change(administrator, first, { tags: ['nord'] });
    await fleet().state.reload();
    const { client } = await enrolKiosk(one, first);
    await client.boot();
    const { version } = await configs.create(administrator, { body: { volume: 60 } });
    await client.status({ ...whole, config: { version, status: 'running' } });
    const filter = { tags: ['nord'] };
    const plan = { percentages: [100], soakMs: 0 };
    const { id } = await rollouts.start(administrator, { version, filter, plan });
    for (let step = 0; step < 3; step += 1) {
      await fleet().rolloutRunner.step();
    }
    expect((await rollouts.get(administrator, id)).state).toBe('completed');
    await gates.change(administrator, late, { tags: ['nord', 'nuovo'] });
    const joined = await enrolKiosk(one, late);
    expect(await joined.client.boot()).toMatchObject({
      desired: { version, body: { volume: 60 } },
    });
  });

  test('a site that demands client certificates lets nobody in without one', async () => {
    const [gate = ''] = await makeSite(one.app, 'torino', 1);
    const other = await startApp(store, { node: 'node-b', canCheckCertificates: true });
    await other.fleet.sites.change(administrator, 'torino', { clientCertificate: true });
    await other.stop();
    const { client } = await enrolKiosk(one, gate);
    expect(await client.closed).toBe(4401);
  });

  test('client certificates that nobody can check are not demanded; if they are, the start says so', async () => {
    await makeSite(one.app, 'torino', 1);
    const { sites } = fleet();
    const refused = {
      code: 'clientAuthorityMissing',
      message: expect.stringMatching(/clientCaFile/),
    };
    const demanding = { clientCertificate: true };
    await expect(sites.change(administrator, 'torino', demanding)).rejects.toMatchObject(refused);
    await expect(
      sites.create(administrator, { id: 'roma', title: 'Roma', ...demanding }),
    ).rejects.toMatchObject(refused);
    expect(await sites.get(administrator, 'torino')).toMatchObject({ clientCertificate: false });
    // As it stands when the authority went from the config after the site was made so.
    await store.db.updateTable('site').set({ client_certificate: 1 }).execute();
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const next = await startFleetApp(store, { node: 'node-b', log });
    await next.app.stop();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ code: 'clientAuthorityMissing', site: 'torino' }),
    ]);
    await sites.change(administrator, 'torino', { clientCertificate: false });
    expect(await sites.lockedOut()).toEqual([]);
  });

  test('a policy that is changed shows as drift until the kiosk came back with it', async () => {
    const [gate = ''] = await makeSite(one.app, 'torino', 1);
    const { client, kioskId, key } = await enrolKiosk(one, gate);
    await client.boot();
    const policy = one.app.policies.list().find(({ id }) => id !== DEMO_POLICY)?.id ?? '';
    await fleet().gates.change(administrator, gate, { policy });
    await client.closed;
    expect(fleet().details(administrator, gate).drifts).toMatchObject([{ kind: 'policy' }]);
    const { KioskClient } = await import('../../../support/kiosk-client.ts');
    const back = new KioskClient({ url: one.url, kioskId, key });
    await back.challenged;
    expect(await back.boot()).toMatchObject({ gate: { policy } });
    expect(fleet().details(administrator, gate).drifts).toEqual([]);
  });

  test('a policy that is changed waits for the person at the gate', async () => {
    const [gate = ''] = await makeSite(one.app, 'torino', 1);
    let asked = 0;
    const handlers = {
      Renew: () => {
        asked += 1;
        return { status: 'scheduled' } as const;
      },
    };
    const { client } = await enrolKiosk(one, gate, { handlers });
    await client.boot();
    const policy = one.app.policies.list().find(({ id }) => id !== DEMO_POLICY)?.id ?? '';
    await fleet().gates.change(administrator, gate, { policy });
    await vi.waitFor(() => expect(asked).toBe(1), WAIT);
    await fleet().state.reload();
    await client.status(whole);
    expect(asked).toBe(1);
    expect(fleet().details(administrator, gate).drifts).toEqual([
      { kind: 'policy', desired: policy, reported: DEMO_POLICY },
    ]);
  });

  test('commands: done, under way and ended, refused, counted, and never twice', async () => {
    const gates = await makeSite(one.app, 'torino', 3);
    const seen: string[] = [];
    const kiosks = await Promise.all(
      gates.map((gate) =>
        enrolKiosk(one, gate, {
          handlers: {
            Command: ({ id, command }) => {
              seen.push(id);
              return command.name === 'collectLogs'
                ? { status: 'accepted' }
                : command.name === 'openOnce'
                  ? { status: 'refused', code: 'outOfService' }
                  : { status: 'done' };
            },
          },
        }),
      ),
    );
    await Promise.all(kiosks.map(({ client }) => client.boot()));
    await until(one.app, () => gates.every((gate) => fleet().details(administrator, gate).kiosk));
    const { commands } = fleet();
    const filter = { sites: ['torino'] };
    const identify = { name: 'identify' } as const;
    await expect(commands.send(administrator, { filter, command: identify })).rejects.toMatchObject(
      { code: 'countMismatch', message: expect.stringContaining('3') },
    );
    const sent = await commands.send(administrator, { filter, command: identify, count: 3 });
    const ended = await commands.list(administrator, { batch: sent[0]?.batch ?? '' });
    expect(ended.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(new Set(seen).size).toBe(3);
    const only = { gates: [gates[0] ?? ''] };
    const [logs] = await commands.send(administrator, {
      filter: only,
      command: { name: 'collectLogs' },
    });
    const id = logs?.id ?? '';
    expect((await commands.get(administrator, id)).state).toBe('running');
    const part = { id, part: 0, last: true, outcome: 'done', type: 'text/plain' } as const;
    const client = kiosks[0]?.client;
    await client?.peer.call('CommandResult', { ...part, data: 'all quiet' }, { timeoutMs: 5000 });
    await expect
      .poll(async () => (await commands.get(administrator, id)).result?.content)
      .toBe('all quiet');
    await expect(
      commands.send(administrator, {
        filter: only,
        command: { name: 'openOnce', reason: ' ' },
      }),
    ).rejects.toMatchObject({ code: 'commandInvalid' });
    await expect(
      commands.send(actor('operator'), {
        filter: only,
        command: { name: 'openOnce', reason: 'pram' },
      }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    const [opened] = await commands.send(administrator, {
      filter: only,
      command: { name: 'openOnce', reason: 'pram' },
    });
    expect(await commands.get(administrator, opened?.id ?? '')).toMatchObject({
      state: 'refused',
      reason: 'pram',
      result: { code: 'outOfService' },
    });
  });

  test('a database of the version before keeps its kiosks, each with a gate', async () => {
    const url = postgres
      ? await postgres.createDatabase()
      : `sqlite:${join(folder, randomUUID())}.db`;
    const { Kysely, PostgresDialect, SqliteDialect, sql } = await import('kysely');
    const dialect = postgres
      ? new PostgresDialect({
          pool: new (await import('pg')).default.Pool({ connectionString: url }),
        })
      : new SqliteDialect({
          database: new (await import('better-sqlite3')).default(url.slice('sqlite:'.length)),
        });
    const old = new Kysely<unknown>({ dialect });
    await migrateAsBefore(old, engine, 4);
    await sql`insert into kiosk (id, public_key, gate, site, policy, state, registered_at) values
      ('k1', 'K', 'Ingresso', 'torino', 'musei-statali', 'accepted', 5),
      ('k2', 'L', 'Uscita', 'torino', 'musei-statali', 'removed', 6)`.execute(old);
    await old.destroy();
    const migrated = await openStore(url);
    const app = await startFleetApp(migrated, { node: 'node-m' });
    expect(await app.app.fleet.findKiosk('k1')).toMatchObject({
      gate: 'Ingresso',
      site: 'torino',
      policy: 'musei-statali',
      publicKey: 'K',
    });
    expect(await app.app.fleet.findKiosk('k2')).toBeUndefined();
    expect(app.app.fleet.rows().map(({ id }) => id)).toEqual(['k1', 'k2']);
    await app.app.stop();
    await migrated.close();
  });
});
