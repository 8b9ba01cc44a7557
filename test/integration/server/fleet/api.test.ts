import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { DEMO_POLICY } from '../../../../scripts/sample/demo-people.ts';
import type { NewToken } from '../../../../server/fleet/access/api-tokens.ts';
import { scopes } from '../../../../server/fleet/access/permissions.ts';
import { allEndpoints } from '../../../../server/fleet/api/all-endpoints.ts';
import { API_PREFIX, callerOf } from '../../../../server/fleet/api/api.ts';
import type { Endpoint } from '../../../../server/fleet/api/endpoint.ts';
import { refusalsOfEveryCall } from '../../../../server/fleet/api/openapi.ts';
import { policyEndpoints } from '../../../../server/fleet/api/policy-endpoints.ts';
import { tokenEndpoints } from '../../../../server/fleet/api/token-endpoints.ts';
import { RateLimit } from '../../../../server/guessing/rate-limit.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { errorCodes } from '../../../../shared/error-codes.ts';
import { errorCode } from '../../../../shared/errors.ts';
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

async function send(method: string, path: string, body?: unknown, as = token) {
  const headers: Record<string, string> = as ? { authorization: `Bearer ${as}` } : {};
  const init: RequestInit = { method, headers };
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const response = await fetch(`${one.url}${API_PREFIX}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Calls that answered in this file, by operation. */
const answered = new Set<string>();

/** Sends a call and holds what comes back, answer or refusal, against the description. */
async function call(method: string, path: string, body?: unknown, as = token) {
  const response = await send(method, path, body, as);
  const endpoint = allEndpoints(one.app.fleet).find(
    ({ method: its, url }) =>
      its === method &&
      new RegExp(`^${url.replaceAll(/:\w+/g, '(?!import)[^/]+')}$`).test(path.split('?')[0] ?? ''),
  );
  const schema = response.status < 400 ? endpoint?.answer : problemOf(endpoint, response.status);
  const problems = schema?.safeParse(response.body).error?.issues ?? [];
  expect({ path, known: schema !== undefined, problems }).toEqual({
    path,
    known: true,
    problems: [],
  });
  if (endpoint && response.status < 400) {
    expect({ path, status: response.status }).toEqual({ path, status: endpoint.status ?? 200 });
    answered.add(endpoint.operationId);
  }
  return response;
}

/** A refusal with this status has one of the codes that the call's description names for it. */
function problemOf(endpoint: Endpoint | undefined, status: number) {
  const codes = [...refusalsOfEveryCall, ...(endpoint?.refusals ?? [])];
  const named = codes.filter((code) => errorCodes[code].status === status);
  return z.strictObject({ code: z.enum(named), message: z.string() });
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
  const paths = [
    '/summary',
    '/gates',
    '/gates/torino-1',
    '/gates/torino-2',
    '/gates/torino-1/history',
    '/sites',
    '/sites/torino',
    '/configs',
    `/configs/${config.body.version}`,
    '/rollouts',
    `/rollouts/${rollout.body.id}`,
    '/commands',
    `/commands/${command?.id}`,
    '/alerts?state=open',
    '/activity?limit=3',
    '/audit',
  ];
  for (const path of paths) {
    expect({ path, status: (await call('GET', path)).status }).toEqual({ path, status: 200 });
  }
  const { body } = await call('GET', '/gates/torino-1/history');
  expect((body.outcomes as { counts: unknown }).counts).toMatchObject({
    granted: ['< 5'],
    denied: [9],
    throttled: [0],
  });
});

test('the description is OpenAPI 3.1 without a problem, and has every call', async () => {
  const { body } = await send('GET', '/openapi.json', undefined, '');
  const config = await createConfig({ extends: ['recommended-strict'] });
  const source = JSON.stringify(body);
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  expect(problems.map(({ ruleId, message }) => ({ ruleId, message }))).toEqual([]);
  expect(body).toMatchObject({ openapi: '3.1.0', servers: [{ url: API_PREFIX }] });
  const described = Object.entries(body.paths as Record<string, object>).flatMap(
    ([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(
    allEndpoints(one.app.fleet)
      .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
      .sort(),
  );
  const { schemas } = body.components as { schemas: Record<string, unknown> };
  expect(JSON.stringify(schemas.GateRow)).toContain('lastSeenAt');
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
  const site = { id: 'murano', title: 'Murano' };
  expect(await call('POST', '/sites', site)).toMatchObject({ status: 201, body: site });
  const place = 'Fondamenta Giustinian 8';
  expect(await call('PATCH', '/sites/murano', { place })).toMatchObject({ body: { place } });
  const gate = { id: 'm-1', site: 'murano', title: 'Vetro', policy: DEMO_POLICY, x: 0.5 };
  expect((await call('POST', '/gates', { gates: [gate] })).body.items).toMatchObject([gate]);
  const csv = `site;gate;title;policy;tags\nvenezia;v-10;Ponte;${DEMO_POLICY};acqua nord\n`;
  const made = await call('POST', '/gates/import', { csv });
  expect(made).toMatchObject({
    status: 201,
    body: { items: [{ id: 'v-10', tags: ['acqua', 'nord'] }] },
  });
  expect((await call('POST', '/enrolment-codes', { gates: ['v-10'] })).status).toBe(201);
  expect((await call('POST', '/gates/v-10/cancel-codes')).status).toBe(200);
  expect(await call('PATCH', '/gates/v-10', { note: 'wet' })).toMatchObject({
    body: { note: 'wet', title: 'Ponte' },
  });
  expect((await call('POST', '/gates/v-10/revoke', { reason: 'x' })).status).toBe(404);
  const { client } = await enrolKiosk(one, 'v-10');
  expect((await call('POST', '/gates/v-10/revoke', { reason: 'x' })).status).toBe(200);
  client.socket.close();
  expect((await call('DELETE', '/gates/v-10?reason=gone')).status).toBe(200);
  expect((await call('GET', '/gates/v-10')).status).toBe(404);
});

test('a roll-out is turned, an alert acknowledged and silenced', async () => {
  const { body: config } = await call('POST', '/configs', { body: { volume: 40 } });
  const { body: started } = await call('POST', '/rollouts', {
    version: config.version,
    filter: { gates: ['torino-3'] },
  });
  const turn = { act: 'pause', reason: 'x' };
  const paused = await call('POST', `/rollouts/${started.id}/turn`, turn);
  expect(paused.body).toMatchObject({ state: 'paused', counts: { waiting: 1 } });
  const alert = {
    id: 'alert-1',
    subject: 'gate:torino-3',
    kind: 'offline',
    site: 'torino',
    gate: 'torino-3',
    severity: 'critical' as const,
    raised_at: 1,
    detail: '{}',
  };
  await store.db.insertInto('alert').values(alert).execute();
  const reason = 'on my way';
  await call('POST', '/alerts/alert-1/acknowledge', { reason });
  await call('POST', '/alerts/alert-1/silence', { until: Date.now() + 60_000, reason });
  const { body } = await call('GET', '/alerts?gate=torino-3');
  expect(body.items).toMatchObject([{ acknowledged: { reason }, silenced: { reason } }]);
});

test('policies are tried, proposed, withdrawn and retired by programs; people release them', async () => {
  const listed = await call('GET', '/policies');
  expect(listed.status).toBe(200);
  const { body: known } = await call('GET', '/policies/carta-blu');
  const [version] = known.versions as { policy: Record<string, unknown> }[];
  const policy = { ...version?.policy, version: undefined, rule: { ref: 'sordo' } };
  const tried = await call('POST', '/policies/try', { policy });
  expect(tried.body.inForce).toBe(2);
  const proposed = await call('POST', '/policies', { policy, note: 'x' });
  expect(proposed).toMatchObject({ status: 201, body: { version: 3, state: 'proposed' } });
  const wrong = { ...policy, rule: { giudizioIn: ['invalido'] } };
  expect((await call('POST', '/policies', { policy: wrong })).body).toMatchObject({
    code: 'ruleClassUnknown',
    message: expect.stringContaining('rule.giudizioIn[0]'),
  });
  const release = '/policies/carta-blu/3/release';
  expect((await call('POST', release, { seen: 2 })).body.code).toBe('forbidden');
  const endpoint = policyEndpoints(one.app.fleet).find(
    ({ operationId }) => operationId === 'releasePolicy',
  );
  const params = { policy: 'carta-blu', version: '3' };
  const second = { ...administrator, id: 'staff:second' };
  const released = await endpoint?.run(second, { params, query: {}, body: { seen: 2 } });
  expect(endpoint?.answer.safeParse(released).error?.issues ?? []).toEqual([]);
  answered.add('releasePolicy');
  await call('POST', '/policies', { policy: { ...policy, title: 'y' } });
  const withdrawn = await call('POST', '/policies/carta-blu/4/withdraw', { reason: 'x' });
  expect(withdrawn.body.state).toBe('withdrawn');
  const retired = await call('POST', '/policies/carta-blu/retire', { reason: 'x' });
  expect(retired.body.standing).toMatchObject({ state: 'retired', reason: 'x' });
});

test('tokens are managed by people only, and answer as described', async () => {
  for (const { operationId, run, answer } of tokenEndpoints(one.app.fleet)) {
    const about = { title: 'by hand', scopes: ['fleet:read'], sites: 'all' };
    const [known] = await one.app.fleet.tokens.list(administrator);
    const request = {
      params: operationId === 'revokeToken' ? { id: known?.id } : {},
      query: {},
      body: operationId === 'createToken' ? about : undefined,
    };
    const result: unknown = JSON.parse(JSON.stringify(await run(administrator, request)));
    expect({ operationId, error: answer.safeParse(result).error }).toEqual({ operationId });
    answered.add(operationId);
  }
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

test('a caller that asks too much is slowed down, and so is an address with wrong tokens', async () => {
  const { tokens } = one.app.fleet;
  for (const authorization of [`Bearer ${token}`, 'Bearer wrong']) {
    const limit = new RateLimit({ now: () => 0 });
    const request = { ip: '192.0.2.1', headers: { authorization } } as FastifyRequest;
    const codes: string[] = [];
    for (let calls = 0; calls < 250; calls += 1) {
      codes.push(await callerOf(request, tokens, limit).then(() => 'known', errorCode));
    }
    expect(codes.at(0)).toBe(authorization === 'Bearer wrong' ? 'unauthorized' : 'known');
    expect(codes.at(-1)).toBe('busy');
  }
});

test('every call has answered in this file, as its description says', () => {
  const all = allEndpoints(one.app.fleet).map(({ operationId }) => operationId);
  expect([...answered].sort()).toEqual(all.sort());
});
