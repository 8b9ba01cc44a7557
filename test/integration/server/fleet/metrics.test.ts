import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedPeople } from '../../../../scripts/sample/seed-people.ts';
import { fleetConfigSchema, readFleetConfig } from '../../../../server/fleet/fleet-config.ts';
import dashboard from '../../../../server/fleet/metrics/grafana.json' with { type: 'json' };
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import {
  administrator,
  enrolKiosk,
  type FleetApp,
  makeSite,
  startFleetApp,
} from '../../../support/fleet-app.ts';

let store: Store;
let one: FleetApp;
let text: string;
let secrets: string[];

beforeAll(async () => {
  store = await openStore('sqlite::memory:');
  const fleet = await readFleetConfig(fleetConfigSchema.parse({ metrics: 'loopback' }));
  one = await startFleetApp(store, { fleet });
  const people = await seedPeople(one.app);
  const gates = await makeSite(one.app, 'torino', 30);
  const { client, kioskId } = await enrolKiosk(one, gates[0] ?? '', {
    handlers: { Command: () => ({ status: 'done' }) },
  });
  await client.boot();
  for (const { credentialId, person } of people) {
    await client.verify(randomUUID(), credentialId, person.codiceFiscale);
  }
  const filter = { gates: [gates[0] ?? ''] };
  await one.app.fleet.commands.send(administrator, { filter, command: { name: 'identify' } });
  await fetch(`${one.url}/no/such/page/RSSMRA80A01H501U`);
  secrets = [
    ...people.flatMap(({ credentialId, person }) => [credentialId, person.codiceFiscale]),
    'RSSMRA80A01H501U',
    kioskId,
    gates[0] ?? '',
  ];
  await store.db
    .insertInto('message')
    .values(['waiting', 'waiting', 'dead'].map(message))
    .execute();
  text = await (await fetch(`${one.url}/metrics`)).text();
});
afterAll(async () => {
  await one.app.stop();
  await store.close();
});

/** A message to somebody, in a state. */
function message(state: string) {
  const life = { created_at: 0, next_at: 0, expires_at: null, settled_at: null };
  const claim = { attempts: 0, claim: null, claimed_until: null, last_code: null };
  const to = { channel: 'email', person_id: null, address_mac: 'mac', body_cipher: null };
  const id = randomUUID();
  return { id, key: id, template: 'fleetAlert', state, urgent: 0, ...to, ...life, ...claim };
}

/** Every sample's name and labels. */
function samples(): { name: string; labels: [string, string][] }[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', inner = ''] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [];
      const labels = [...inner.matchAll(/(\w+)="([^"]*)"/g)];
      return { name, labels: labels.map(([, label = '', value = '']) => [label, value]) };
    });
}

const ours = () => samples().filter(({ name }) => name.startsWith('varco_'));

test('names and units are as Prometheus wants them, and each has its help', () => {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
  }));
  expect(types.length).toBeGreaterThan(20);
  for (const { name, type } of types) {
    expect(name).toMatch(/^(varco|process|nodejs)_[a-z0-9_]+$/);
    expect(text).toContain(`# HELP ${name} `);
    if (name.startsWith('varco_')) {
      expect({ name, ends: name.endsWith('_total') }).toEqual({ name, ends: type === 'counter' });
      expect({ name, ends: /_seconds$/.test(name) }).toEqual({ name, ends: type === 'histogram' });
      expect(name).not.toMatch(/_(ms|milliseconds|kb|mb)(_|$)/);
    }
  }
});

test('what happened is counted', () => {
  expect(text).toMatch(/varco_verifications_total\{outcome="granted"\} [1-9]/);
  expect(text).toMatch(/varco_verification_duration_seconds_count [1-9]/);
  expect(text).toContain('varco_commands_total{command="identify",result="done"} 1');
  expect(text).toContain('varco_enrolments_total{result="done"} 1');
  expect(text).toContain('varco_kiosks{presence="online"} 1');
  expect(text).toContain('varco_kiosks{presence="neverSeen"} 29');
  expect(text).toContain('varco_kiosk_sockets 1');
  expect(text).toContain('varco_messages{state="waiting"} 2');
  expect(text).toContain('varco_messages{state="dead"} 1');
  expect(text).toContain('varco_store_up 1');
  expect(text).toMatch(/varco_audit_sequence [1-9]/);
});

test('no person, code, gate or address is in it, and the labels are a closed set', () => {
  for (const secret of secrets) {
    expect(text).not.toContain(secret);
  }
  const labels = new Set(ours().flatMap((sample) => sample.labels.map(([label]) => label)));
  expect([...labels].sort()).toEqual([
    'command',
    'kind',
    'le',
    'method',
    'node',
    'outcome',
    'presence',
    'result',
    'route',
    'severity',
    'state',
    'status',
    'version',
  ]);
});

test('the number of series does not grow with the fleet', async () => {
  const before = ours().length;
  await makeSite(one.app, 'venezia', 50);
  text = await (await fetch(`${one.url}/metrics`)).text();
  const grown = ours().filter(({ labels }) => !labels.some(([label]) => label === 'route')).length;
  expect(grown).toBeLessThanOrEqual(before);
  expect(before).toBeLessThan(300);
});

describe('who may read it', () => {
  test('a program behind a proxy of this machine may not, without a token', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    expect((await fetch(`${one.url}/metrics`, { headers })).status).toBe(401);
  });

  test('a token needs its scope, also on this machine', async () => {
    const read = async (scope: 'metrics:read' | 'fleet:read') => {
      const given = { title: scope, scopes: [scope], sites: 'all' as const };
      const { token } = await one.app.fleet.tokens.create(administrator, given);
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${one.url}/metrics`, { headers })).status;
    };
    expect(await read('metrics:read')).toBe(200);
    expect(await read('fleet:read')).toBe(403);
  });

  test('by default nobody may without a token', async () => {
    const other = await openStore('sqlite::memory:');
    const plain = await startFleetApp(other);
    expect((await fetch(`${plain.url}/metrics`)).status).toBe(401);
    await plain.app.stop();
    await other.close();
  });
});

test('the Grafana dashboard names only metrics and labels that there are', () => {
  const names = new Set(samples().map(({ name }) => name));
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  expect(expressions.length).toBeGreaterThan(14);
  for (const expression of expressions) {
    const used = expression.match(/\b(varco|process|nodejs)_[a-z_]+/g) ?? [];
    expect(used).not.toEqual([]);
    for (const name of used) {
      expect({ expression, known: names.has(name) }).toEqual({ expression, known: true });
    }
  }
  const labels = new Set(samples().flatMap((sample) => sample.labels.map(([label]) => label)));
  for (const legend of JSON.stringify(dashboard).matchAll(/\{\{(\w+)\}\}/g)) {
    expect([...labels, 'instance']).toContain(legend[1]);
  }
});
