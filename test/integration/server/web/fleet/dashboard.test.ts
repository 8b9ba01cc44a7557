import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqliteStore } from '../../../../../server/store/sqlite.ts';
import type { Snapshot } from '../../../../../server/web/fleet/live-events.ts';
import {
  AGENT,
  type DashboardApp,
  startDashboard,
} from '../../../../support/fleet/dashboard-app.ts';
import { administrator, enrolKiosk, makeSite } from '../../../../support/fleet-app.ts';

let store: SqliteStore;
let dashboard: DashboardApp;

beforeAll(async () => {
  store = await SqliteStore.open(':memory:');
  dashboard = await startDashboard(store);
  await makeSite(dashboard.app, 'torino', 3);
  await makeSite(dashboard.app, 'uffizi', 2);
});

afterAll(async () => {
  await dashboard.app.stop();
  await store.close();
});

const csrfIn = (html: string) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

/** A browser without JavaScript: pages, and forms that are posted. */
async function visitor(
  role: Parameters<DashboardApp['logIn']>[0],
  sites: 'all' | readonly string[] = 'all',
) {
  const cookie = await dashboard.logIn(role, { sites });
  const headers = { cookie: cookie.header, 'user-agent': AGENT, accept: 'text/html' };
  const get = async (path: string) => {
    const answer = await fetch(dashboard.url + path, { headers, redirect: 'manual' });
    return { status: answer.status, html: await answer.text(), headers: answer.headers };
  };
  let csrf = '';
  const post = async (path: string, fields: Record<string, string> | FormData) => {
    csrf ||= csrfIn((await get('/fleet')).html);
    const body = fields instanceof FormData ? fields : new URLSearchParams({ csrf, ...fields });
    if (fields instanceof FormData) {
      fields.set('csrf', csrf);
    }
    const options = { method: 'POST', headers, body, redirect: 'manual' } as const;
    const answer = await fetch(dashboard.url + path, options);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const to = answer.headers.get('location') ?? '';
    return {
      status: answer.status,
      html: bytes.toString('utf8'),
      bytes,
      to,
      headers: answer.headers,
    };
  };
  return { get, post, headers };
}

describe('who sees what', () => {
  test('nobody who is not logged in sees anything', async () => {
    for (const path of ['/fleet', '/fleet/kiosks.json', '/fleet/events', '/fleet/gates/torino-1']) {
      const page = await fetch(dashboard.url + path, {
        headers: { accept: 'text/html' },
        redirect: 'manual',
      });
      expect(page.status).toBe(303);
      expect(page.headers.get('location')).toMatch(/^\/login\/staff\?/);
      expect((await fetch(dashboard.url + path)).status).toBe(401);
    }
  });

  test('a site’s manager sees that site, and another one’s kiosk is refused', async () => {
    const { get, headers } = await visitor('siteManager', ['torino']);
    const { html } = await get('/fleet');
    expect(html).toContain('Varco torino-2');
    expect(html).not.toContain('Varco uffizi-1');
    const rows = await fetch(`${dashboard.url}/fleet/kiosks.json`, { headers });
    const snapshot = (await rows.json()) as Snapshot;
    expect(snapshot.rows.map(({ siteId }) => siteId)).toEqual(['torino', 'torino', 'torino']);
    expect((await get('/fleet/gates/uffizi-1')).status).toBe(403);
    expect((await get('/fleet/sites/uffizi')).status).toBe(403);
    // The same answer as for a gate of another site.
    expect((await get('/fleet/gates/nowhere-1')).status).toBe(403);
  });

  test.each([
    ['viewer', { note: false, enrol: false, makeSite: false, bulk: false }],
    ['auditor', { note: false, enrol: false, makeSite: false, bulk: false }],
    ['operator', { note: true, enrol: false, makeSite: false, bulk: true }],
    ['siteManager', { note: true, enrol: true, makeSite: false, bulk: true }],
    ['administrator', { note: true, enrol: true, makeSite: true, bulk: true }],
  ] as const)('%s is offered what the role may', async (role, offered) => {
    const { get } = await visitor(role);
    const gate = (await get('/fleet/gates/torino-1')).html;
    const sites = (await get('/fleet/sites')).html;
    const commands = (await get('/fleet/commands')).html;
    expect({
      note: gate.includes('name="note"'),
      enrol: gate.includes('/enrol"'),
      makeSite: sites.includes('id="make-site"'),
      bulk: commands.includes('id="command-count"'),
    }).toEqual(offered);
  });

  test('what a role may not is refused by the server, whatever is posted', async () => {
    const { post } = await visitor('viewer');
    const refused = [
      post('/fleet/gates/torino-1/note', { note: 'x' }),
      post('/fleet/gates/torino-1/enrol', {}),
      post('/fleet/gates/torino-1/command', { name: 'identify' }),
      post('/fleet/gates/torino-1/revoke', { reason: 'x' }),
      post('/fleet/sites', { id: 'x', title: 'X' }),
      post('/fleet/rollouts', { version: 'new', body: '{}' }),
    ];
    for (const { status, html } of await Promise.all(refused)) {
      expect([400, 403, 422]).toContain(status);
      expect(html).toContain('role="alert"');
    }
    expect((await dashboard.app.fleet.gates.get(administrator, 'torino-1')).note).toBe('');
  });

  test('a form without the session’s token changes nothing', async () => {
    const { post } = await visitor('administrator');
    const { status } = await post('/fleet/gates/torino-1/note', { note: 'x', csrf: 'forged' });
    expect(status).toBe(403);
    expect((await dashboard.app.fleet.gates.get(administrator, 'torino-1')).note).toBe('');
  });
});

describe('without JavaScript', () => {
  test('a site and a gate are made, and each form leads back', async () => {
    const { get, post } = await visitor('administrator');
    const site = await post('/fleet/sites', {
      id: 'bolzano',
      title: 'Bolzano',
      latitude: '46,5',
      longitude: '11.35',
    });
    expect([site.status, site.to]).toEqual([303, '/fleet/sites/bolzano?done=made']);
    const gate = await post('/fleet/gates', {
      id: 'bolzano-1',
      site: 'bolzano',
      title: 'Ingresso nord',
      policy: 'musei-statali',
      tags: 'nord prova',
      x: '25',
      y: '50,5',
    });
    expect([gate.status, gate.to]).toEqual([303, '/fleet/gates/bolzano-1?done=made']);
    const { html } = await get(gate.to);
    expect(html).toContain('Ingresso nord');
    expect(html).toContain('role="status"');
    expect((await get('/fleet?tag=nord')).html).toContain('Ingresso nord');
    expect((await get('/fleet?tag=prova&presence=online')).html).not.toContain('Ingresso nord');
    const plan = (await get('/fleet/sites/bolzano')).html;
    expect(plan).toMatch(/translate\(250 282\.8\)/);
  });

  test('bad input is refused with its reason, and the way back', async () => {
    const { post } = await visitor('administrator');
    const twice = await post('/fleet/sites', {
      id: 'torino',
      title: 'Again',
      back: '/fleet/sites',
    });
    expect(twice.status).toBe(409);
    expect(twice.html).toContain('href="/fleet/sites"');
    const bad = await post('/fleet/gates', {
      id: '../x',
      site: 'torino',
      title: '',
      policy: 'none',
    });
    expect(bad.status).toBe(400);
    const elsewhere = await post('/fleet/sites', {
      id: 'torino',
      title: 'x',
      back: '//evil.example',
    });
    expect(elsewhere.html).not.toContain('evil.example');
  });

  test('an enrolment code is shown once, as a QR and as text, and works', async () => {
    const { get, post } = await visitor('siteManager', ['torino']);
    const { status, html } = await post('/fleet/gates/torino-2/enrol', {});
    expect(status).toBe(200);
    const code = /data-enrol-code[^>]*>([0-9A-Z-]{19})</.exec(html)?.[1] ?? '';
    expect(code).toHaveLength(19);
    expect(html).toMatch(/<svg class="qr"/);
    expect((await get('/fleet/gates/torino-2')).html).not.toContain(code);
    const { html: taken } = await post('/fleet/gates/uffizi-1/enrol', {});
    expect(taken).toContain('role="alert"');
  });

  test('a table of gates gives a sheet of codes', async () => {
    const { post } = await visitor('administrator');
    const form = new FormData();
    const csv =
      'site;gate;title;policy\ntorino;torino-8;Otto;musei-statali\ntorino;torino-9;Nove;musei-statali\n';
    form.set('file', new Blob([csv], { type: 'text/csv' }), 'gates.csv');
    const sheet = await post('/fleet/gates/import', form);
    expect(sheet.status).toBe(200);
    expect(sheet.headers.get('content-type')).toBe('application/pdf');
    expect(sheet.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await dashboard.app.fleet.gates.get(administrator, 'torino-9')).title).toBe('Nove');
    const broken = new FormData();
    broken.set('text', 'site,gate\ntorino,x\n');
    const refused = await post('/fleet/gates/import', broken);
    expect(refused.status).toBe(400);
    expect(refused.html).toContain('The column title is missing');
  });

  test('a view is kept, shown and removed', async () => {
    const { get, post } = await visitor('viewer');
    const kept = await post('/fleet/views', {
      title: 'Fuori linea',
      query: 'presence=offline&x=1',
    });
    expect(kept.to).toBe('/fleet?presence=offline&done=saved');
    const { html } = await get('/fleet');
    expect(html).toContain('href="/fleet?presence=offline"');
    const id = /\/fleet\/views\/([^/]+)\/remove/.exec(html)?.[1] ?? '';
    await post(`/fleet/views/${id}/remove`, {});
    expect((await get('/fleet')).html).not.toContain('Fuori linea');
  });

  test('light and dark are chosen for this browser', async () => {
    const { post } = await visitor('viewer');
    const { status, headers } = await post('/fleet/theme', {
      theme: 'dark',
      back: '/fleet/alerts',
    });
    expect(status).toBe(303);
    expect(headers.get('location')).toBe('/fleet/alerts');
    expect(headers.get('set-cookie')).toContain('varco-theme=dark');
  });

  test('a command for many is sent only if its count is the right one', async () => {
    const kiosk = await enrolKiosk(dashboard, 'uffizi-1');
    await kiosk.client.boot();
    const { get, post } = await visitor('operator');
    const form = { name: 'identify', filter: 'site=uffizi', message: '', reason: '' };
    expect((await get('/fleet/commands?site=uffizi')).html).toContain('1 totem');
    expect((await post('/fleet/commands', { ...form, count: '2' })).status).toBe(409);
    const sent = await post('/fleet/commands', { ...form, count: '1' });
    expect(sent.to).toBe('/fleet/commands?site=uffizi&done=sent');
    const [row] = await dashboard.app.fleet.commands.list(administrator);
    expect(row).toMatchObject({ gate: 'uffizi-1', command: { name: 'identify' } });
    kiosk.client.socket.close();
  });
});

describe('dead letters', () => {
  /** A message that a gateway refused for good, as the outbox keeps it. */
  const deadLetter = async () => {
    const id = randomUUID();
    await store.db
      .insertInto('message')
      .values({
        ...{ id, key: id, channel: 'sms', template: 'secondLevelCode', state: 'dead', urgent: 1 },
        ...{ person_id: null, address_mac: null, body_cipher: Buffer.from('sealed'), attempts: 7 },
        ...{ created_at: 1, next_at: 1, expires_at: null, claim: null, claimed_until: null },
        ...{ last_code: 'refusedForGood', settled_at: 1 },
      })
      .execute();
    return id;
  };
  const stateOf = async (id: string) =>
    (await store.db.selectFrom('message').select('state').where('id', '=', id).executeTakeFirst())
      ?.state;

  test('an administrator sees why, retries one and gives another up, on the record', async () => {
    const [one, other] = [await deadLetter(), await deadLetter()];
    const { get, post } = await visitor('administrator');
    const { html } = await get('/fleet/messages');
    expect(html).toContain('refusedForGood');
    expect(html).not.toContain('sealed');
    const { to } = await post(`/fleet/messages/${one}/retry`, {});
    expect(to).toBe('/fleet/messages?done=retried');
    expect((await post(`/fleet/messages/${other}/drop`, {})).status).toBe(303);
    expect([await stateOf(one), await stateOf(other)]).toEqual(['waiting', 'dropped']);
    expect((await post(`/fleet/messages/${other}/retry`, {})).status).toBe(404);
    const rows = await store.db.selectFrom('audit').select('kind').execute();
    const kinds = rows.map(({ kind }) => kind).filter((kind) => kind.includes('message.'));
    expect(kinds.map((kind) => kind.replace(/^.*message/, 'message'))).toEqual([
      'message.retried',
      'message.dropped',
    ]);
  });

  test.each(['viewer', 'operator', 'siteManager', 'auditor'] as const)('not a %s', async (role) => {
    const id = await deadLetter();
    const { get, post } = await visitor(role);
    expect((await get('/fleet/messages')).status).toBe(403);
    expect((await get('/fleet')).html).not.toContain('/fleet/messages');
    expect((await post(`/fleet/messages/${id}/retry`, {})).status).toBe(403);
    expect(await stateOf(id)).toBe('dead');
  });
});

describe('alerts, roll-outs, tokens', () => {
  const alertOf = (id: string, site: string, gate: string) => ({
    id,
    subject: `gate:${gate}`,
    kind: 'temperature',
    site,
    gate,
    severity: 'warning' as const,
    raised_at: Date.now(),
    detail: JSON.stringify({ value: 81 }),
  });

  test('an alert is acknowledged and silenced with a reason, by who may', async () => {
    await store.db
      .insertInto('alert')
      .values([alertOf('a-1', 'torino', 'torino-1'), alertOf('a-2', 'uffizi', 'uffizi-2')])
      .execute();
    const operator = await visitor('operator', ['torino']);
    const open = (await operator.get('/fleet/alerts')).html;
    expect(open).toContain('Varco torino-1');
    expect(open).toContain('81');
    expect(open).not.toContain('Varco uffizi-2');
    const without = await operator.post('/fleet/alerts/a-1/acknowledge', { reason: ' ' });
    expect(without.status).toBe(400);
    const back = '/fleet/alerts';
    const seen = await operator.post('/fleet/alerts/a-1/acknowledge', { reason: 'ventola', back });
    expect(seen.to).toBe('/fleet/alerts?done=acknowledged');
    expect((await operator.get('/fleet/alerts')).html).not.toContain('data-alert="temperature"');
    const quiet = (await operator.get('/fleet/alerts?list=quiet')).html;
    expect(quiet).toContain('ventola');
    const silent = { reason: 'lavori', hours: '24', back };
    expect((await operator.post('/fleet/alerts/a-2/silence', silent)).status).toBe(403);
    const odd = { ...silent, hours: '100000' };
    expect((await operator.post('/fleet/alerts/a-1/silence', odd)).status).toBe(400);
    expect((await operator.post('/fleet/alerts/a-1/silence', silent)).status).toBe(303);
    expect((await operator.get('/fleet/alerts?list=quiet')).html).toContain('lavori');
    const auditor = await visitor('auditor');
    expect((await auditor.get('/fleet/alerts')).html).not.toContain('/silence"');
    expect((await auditor.post('/fleet/alerts/a-2/silence', silent)).status).toBe(403);
  });

  test('a config is rolled out, seen gate by gate, and rolled back', async () => {
    const { get, post } = await visitor('administrator');
    const form = { version: 'new', note: 'più forte', site: 'torino', stages: '50 100' };
    const bad = await post('/fleet/rollouts', { ...form, body: '{"volume": 900}' });
    expect(bad.status).toBe(400);
    expect(bad.html).toContain('volume');
    expect((await post('/fleet/rollouts', { ...form, body: 'not json' })).status).toBe(400);
    const started = await post('/fleet/rollouts', { ...form, body: '{"volume": 80}' });
    expect(started.to).toMatch(/^\/fleet\/rollouts\/[0-9a-f-]{36}\?done=started$/);
    const path = started.to.split('?')[0] ?? '';
    const { html } = await get(path);
    expect(html).toContain('data-target=');
    expect(html).toContain('Varco torino-1');
    expect(html).not.toContain('Varco uffizi-1');
    expect((await get('/fleet/rollouts')).html).toContain('{&quot;volume&quot;:80}');
    expect((await post(path, { act: 'explode' })).status).toBe(400);
    expect((await post(path, { act: 'rollBack', reason: 'prova' })).to).toBe(
      `${path}?done=changed`,
    );
    expect((await get(path)).html).toContain('data-target="waiting"');
    expect((await post(path, { act: 'resume' })).status).toBe(409);
  });

  test('a manager who names no site and no tag rolls out over their own sites alone', async () => {
    const versions = await dashboard.app.fleet.configs.list(administrator);
    const version = String(versions[0]?.version);
    const manager = await visitor('siteManager', ['torino']);
    const form = { version, note: 'solo la mia sede', stages: '100' };
    const started = await manager.post('/fleet/rollouts', form);
    expect(started.to).toMatch(/\?done=started$/);
    const path = started.to.split('?')[0] ?? '';
    const { html } = await manager.get(path);
    expect(html).toContain('Varco torino-1');
    expect(html).not.toContain('Varco uffizi-1');
    const elsewhere = await manager.post('/fleet/rollouts', { ...form, site: 'uffizi' });
    expect(elsewhere.status).toBe(403);
    await manager.post(path, { act: 'rollBack', reason: 'prova' });
  });

  test('a program’s token is shown once, works, and ends when it is revoked', async () => {
    const { get, post } = await visitor('administrator');
    const made = await post('/fleet/tokens', {
      title: 'Prometheus',
      role: 'viewer',
      scopes: 'metrics:read',
      days: '30',
    });
    const token = /data-token[^>]*>(varco_[^<]+)</.exec(made.html)?.[1] ?? '';
    expect(token).toHaveLength(49);
    const list = (await get('/fleet/tokens')).html;
    expect(list).toContain('Prometheus');
    expect(list).not.toContain(token);
    const metrics = () =>
      fetch(`${dashboard.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect((await metrics()).status).toBe(200);
    const id = /\/fleet\/tokens\/([0-9a-f-]{36})\/revoke/.exec(list)?.[1] ?? '';
    expect((await post(`/fleet/tokens/${id}/revoke`, {})).to).toBe('/fleet/tokens?done=revoked');
    expect((await metrics()).status).toBe(401);
    const manager = await visitor('siteManager');
    expect((await manager.get('/fleet/tokens')).status).toBe(403);
    expect((await manager.get('/fleet')).html).not.toContain('href="/fleet/tokens"');
  });

  test('the activity page has who did what', async () => {
    const { get } = await visitor('auditor');
    const { html } = await get('/fleet/activity');
    expect(html).toContain('data-event="token.revoked"');
    expect(html).toContain('data-event="alert.acknowledged"');
  });
});
