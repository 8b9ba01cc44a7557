import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { DEMO_POLICY } from '../../../../scripts/sample/demo-people.ts';
import type { NewToken } from '../../../../server/fleet/access/api-tokens.ts';
import { scopes } from '../../../../server/fleet/access/permissions.ts';
import { actEndpoints } from '../../../../server/fleet/api/act-endpoints.ts';
import { API_PREFIX } from '../../../../server/fleet/api/api.ts';
import { fleetEndpoints } from '../../../../server/fleet/api/fleet-endpoints.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import {
  administrator,
  enrolKiosk,
  type FleetApp,
  makeSite,
  startFleetApp,
} from '../../../support/fleet-app.ts';

let folder: string;
let store: Store;
let one: FleetApp;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-api-'));
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  one = await startFleetApp(store);
  await makeSite(one.app, 'torino', 3);
  await makeSite(one.app, 'venezia', 1);
  token = await newToken({
    title: 'all',
    role: 'administrator',
    scopes: [...scopes],
    sites: 'all',
  });
});
afterAll(async () => {
  await one.app.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

async function newToken(given: NewToken): Promise<string> {
  return (await one.app.fleet.tokens.create(administrator, given)).token;
}

async function call(method: string, path: string, body?: unknown, as = token) {
  const response = await fetch(`${one.url}${API_PREFIX}${path}`, {
    method,
    headers: {
      ...(as ? { authorization: `Bearer ${as}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The schema that the description promises for a call. */
function answerOf(method: string, url: string): z.ZodType {
  const all = [...fleetEndpoints(one.app.fleet), ...actEndpoints(one.app.fleet)];
  const found = all.find((each) => each.method === method && each.url === url);
  return found?.answer as z.ZodType;
}

test('every call that only reads answers what its description says', async () => {
  const { client } = await enrolKiosk(one, 'torino-1', {
    handlers: { Command: () => ({ status: 'done' }) },
  });
  await client.boot();
  await client.status({
    state: 'inService',
    peripherals: { scanner: { state: 'lost', reason: 'unplugged' } },
    machine: { cpuTemperatureC: 50, disk: { totalBytes: 10, availableBytes: 5 } },
    verifications: { granted: 3, denied: 9, unconfirmed: 0, otpRequired: 0, throttled: 0 },
    config: { version: 0, status: 'running' },
  });
  await one.app.fleet.state.settle();
  const config = await call('POST', '/configs', { body: { volume: 50 }, note: 'x' });
  expect(config.status).toBe(201);
  const rollout = await call('POST', '/rollouts', {
    version: config.body.version,
    filter: { sites: ['torino'] },
  });
  expect(rollout.status).toBe(201);
  const sent = await call('POST', '/commands', {
    filter: { gates: ['torino-1'] },
    command: { name: 'identify' },
  });
  expect(sent.status).toBe(202);
  const [command] = sent.body.items as { id: string }[];
  const paths: [string, string][] = [
    ['/summary', '/summary'],
    ['/gates', '/gates'],
    ['/gates/:gate', '/gates/torino-1'],
    ['/gates/:gate', '/gates/torino-2'],
    ['/gates/:gate/history', '/gates/torino-1/history'],
    ['/sites', '/sites'],
    ['/sites/:site', '/sites/torino'],
    ['/configs', '/configs'],
    ['/configs/:version', `/configs/${config.body.version}`],
    ['/rollouts', '/rollouts'],
    ['/rollouts/:id', `/rollouts/${rollout.body.id}`],
    ['/commands', '/commands'],
    ['/commands/:id', `/commands/${command?.id}`],
    ['/alerts', '/alerts?state=open'],
    ['/activity', '/activity?limit=3'],
    ['/audit', '/audit'],
  ];
  for (const [url, path] of paths) {
    const { status, body } = await call('GET', path);
    expect({ path, status }).toEqual({ path, status: 200 });
    const parsed = answerOf('GET', url).safeParse(body);
    expect({ path, problems: parsed.error?.issues ?? [] }).toEqual({ path, problems: [] });
  }
  const { body } = await call('GET', '/gates/torino-1/history');
  expect((body.outcomes as { counts: unknown }).counts).toMatchObject({
    granted: ['< 5'],
    denied: [9],
    throttled: [0],
  });
});

test('the description is OpenAPI 3.1 and has every call', async () => {
  const { body } = await call('GET', '/openapi.json', undefined, '');
  expect(body.openapi).toBe('3.1.0');
  const described = Object.entries(body.paths as Record<string, object>).flatMap(
    ([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const all = [...fleetEndpoints(one.app.fleet), ...actEndpoints(one.app.fleet)];
  expect(described.sort()).toEqual(
    all
      .map(({ method, url }) => `${method} ${API_PREFIX}${url.replaceAll(/:(\w+)/g, '{$1}')}`)
      .sort(),
  );
  const rows = (body.paths as Record<string, unknown>)[`${API_PREFIX}/gates`];
  expect(JSON.stringify(rows)).toContain('lastSeenAt');
});

test('lists are filtered and turned page by page', async () => {
  const first = await call('GET', '/gates?site=torino&limit=2');
  expect((first.body.items as { id: string }[]).map(({ id }) => id)).toEqual([
    'torino-1',
    'torino-2',
  ]);
  const next = await call('GET', `/gates?site=torino&limit=2&after=${first.body.next}`);
  expect((next.body.items as { id: string }[]).map(({ id }) => id)).toEqual(['torino-3']);
  expect(next.body.next).toBeUndefined();
  const never = await call('GET', '/gates?presence=neverSeen&site=venezia');
  expect(never.body.items).toHaveLength(1);
});

test('places and codes', async () => {
  const csv = `site;gate;title;policy;tags\nvenezia;v-10;Ponte;${DEMO_POLICY};acqua nord\n`;
  const made = await call('POST', '/gates/import', { csv });
  expect(made).toMatchObject({
    status: 201,
    body: { items: [{ id: 'v-10', tags: ['acqua', 'nord'] }] },
  });
  const codes = await call('POST', '/enrolment-codes', { gates: ['v-10'] });
  expect(codes.status).toBe(201);
  expect(answerOf('POST', '/enrolment-codes').safeParse(codes.body).error).toBeUndefined();
  expect(await call('PATCH', '/gates/v-10', { note: 'wet' })).toMatchObject({
    body: { note: 'wet', title: 'Ponte' },
  });
  expect((await call('POST', '/gates/v-10/revoke', { reason: 'x' })).status).toBe(404);
  expect((await call('DELETE', '/gates/v-10?reason=gone')).status).toBe(200);
  expect((await call('GET', '/gates/v-10')).status).toBe(404);
});

test.each<[number, string, string, string, unknown?]>([
  [400, 'requestInvalid', 'POST', '/sites', { id: 'no spaces', title: 'x' }],
  [400, 'requestInvalid', 'GET', '/gates?limit=100000'],
  [400, 'requestInvalid', 'POST', '/configs', { body: { volume: 1 } }],
  [409, 'siteExists', 'POST', '/sites', { id: 'torino', title: 'x' }],
  [404, 'gateUnknown', 'GET', '/gates/none'],
  [422, 'policyUnknown', 'PATCH', '/gates/torino-1', { policy: 'none' }],
  [
    422,
    'nobodyMeant',
    'POST',
    '/commands',
    { filter: { tags: ['none'] }, command: { name: 'identify' } },
  ],
  [
    403,
    'forbidden',
    'POST',
    '/commands',
    { filter: { gates: ['torino-1'] }, command: { name: 'openOnce', reason: 'x' } },
  ],
  [403, 'forbidden', 'POST', '/tokens', { title: 'x', scopes: ['fleet:read'], sites: 'all' }],
  [404, 'commandUnknown', 'GET', '/commands/none'],
  [400, 'gatesUnreadable', 'POST', '/gates/import', { csv: 'site,gate\n' }],
  [409, 'gateTaken', 'POST', '/enrolment-codes', { gates: ['torino-1'] }],
])('%i %s: %s %s', async (status, code, method, path, body) => {
  expect(await call(method, path, body)).toMatchObject({ status, body: { code } });
});

test('tokens: unknown, revoked, of one site, of one scope; only their hash is kept', async () => {
  const unauthorized = { status: 401, body: { code: 'unauthorized' } };
  expect(await call('GET', '/summary', undefined, '')).toMatchObject(unauthorized);
  expect(await call('GET', '/summary', undefined, 'varco_x')).toMatchObject(unauthorized);
  const unknown = `varco_${'x'.repeat(43)}`;
  expect(await call('GET', '/summary', undefined, unknown)).toMatchObject(unauthorized);
  const narrow = await newToken({
    title: 'venezia',
    role: 'administrator',
    scopes: ['fleet:read'],
    sites: ['venezia'],
  });
  const seen = await call('GET', '/gates', undefined, narrow);
  expect((seen.body.items as { id: string }[]).map(({ id }) => id)).toEqual(['venezia-1']);
  expect((await call('GET', '/gates/torino-1', undefined, narrow)).status).toBe(403);
  expect((await call('PATCH', '/gates/venezia-1', { note: 'x' }, narrow)).status).toBe(403);
  const rows = await store.db.selectFrom('api_token').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(narrow);
  const { id = '' } = rows.find(({ title }) => title === 'venezia') ?? {};
  await one.app.fleet.tokens.revoke(administrator, id);
  expect(await call('GET', '/gates', undefined, narrow)).toMatchObject(unauthorized);
  const old = await newToken({ title: 'old', scopes: ['fleet:read'], sites: 'all' });
  await store.db
    .updateTable('api_token')
    .set({ expires_at: 1 })
    .where('title', '=', 'old')
    .execute();
  expect(await call('GET', '/summary', undefined, old)).toMatchObject(unauthorized);
});

test('a caller that asks too much is slowed down', async () => {
  const greedy = await newToken({ title: 'greedy', scopes: ['fleet:read'], sites: 'all' });
  const answers = await Promise.all(
    Array.from({ length: 400 }, () => call('GET', '/summary', undefined, greedy)),
  );
  const statuses = new Set(answers.map(({ status }) => status));
  expect(statuses).toEqual(new Set([200, 429]));
});
