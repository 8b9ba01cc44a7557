import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedPeople } from '../../../../scripts/sample/seed-people.ts';
import {
  type Actor,
  type FleetAction,
  may,
  mayAnywhere,
  rules,
  scopes,
} from '../../../../server/fleet/access/permissions.ts';
import { type Role, roles } from '../../../../server/fleet/access/roles.ts';
import { routesOf, type StatedRoute } from '../../../../server/route-access.ts';
import { SqliteStore } from '../../../../server/store/sqlite.ts';
import type { Example } from '../../../support/access/route-example.ts';
import { routeExamples } from '../../../support/access/route-examples.ts';
import { RouteWorld } from '../../../support/access/route-world.ts';
import { AGENT, type DashboardApp, startDashboard } from '../../../support/fleet/dashboard-app.ts';
import { administrator } from '../../../support/fleet-app.ts';

/** Whoever asks: their rights, and how they prove who they are. */
interface Asker {
  name: string;
  rights: Actor | undefined;
  /** As the audit has it. */
  id: string;
  headers: Record<string, string>;
  csrf: string;
  isToken: boolean;
}

const sites = ['torino', 'roma'] as const;
let store: SqliteStore;
let one: DashboardApp;
let world: RouteWorld;
const askers: Asker[] = [];

beforeAll(async () => {
  store = await SqliteStore.open(':memory:');
  one = await startDashboard(store);
  for (const id of sites) {
    await one.app.fleet.sites.create(administrator, { id, title: id });
  }
  await one.app.fleet.configs.create(administrator, { body: { volume: 50 } });
  const [person] = await seedPeople(one.app);
  if (!person) {
    throw new Error('nobody was seeded');
  }
  world = new RouteWorld({ app: one.app, store, person });
  await world.gate('torino');
  await world.gate('roma');
  for (const role of roles) {
    for (const of of ['all', ['torino'], []] as const) {
      askers.push(await member(role, of));
    }
  }
  askers.push(await program('administrator', 'all', [...scopes]));
  askers.push(await program('administrator', ['torino'], [...scopes]));
  askers.push(await program('administrator', 'all', ['fleet:read']));
  askers.push(await program('viewer', 'all', [...scopes]));
}, 60_000);

afterAll(async () => {
  await one.app.stop();
  await store.close();
});

async function member(role: Role, of: 'all' | readonly string[]): Promise<Asker> {
  const { value, header } = await one.logIn(role, { sites: of });
  const open = await one.app.sessions.open(value, AGENT);
  const session = open?.session;
  return {
    name: `${role} of ${of === 'all' ? 'all' : of.join() || 'none'}`,
    rights: { role, sites: of },
    id: session?.kind === 'staff' ? `staff:${session.accountId}` : '',
    headers: { cookie: header },
    csrf: open?.csrf ?? '',
    isToken: false,
  };
}

async function program(
  role: Role,
  of: 'all' | string[],
  may: (typeof scopes)[number][],
): Promise<Asker> {
  const input = { title: 'x', role, sites: of, scopes: may };
  const { token, about } = await one.app.fleet.tokens.create(administrator, input);
  return {
    name: `token of ${role} of ${of}, ${may.length} scopes`,
    rights: { role, sites: of, scopes: may },
    id: `token:${about.id}`,
    headers: { authorization: `Bearer ${token}` },
    csrf: '',
    isToken: true,
  };
}

const keyOf = ({ method, url }: StatedRoute) => `${method} ${url}`;

/** The routes that state an action; fastify adds a HEAD to every GET. */
function actedRoutes(): StatedRoute[] {
  return routesOf(one.app.http).filter(
    ({ access, method }) =>
      method !== 'HEAD' && (typeof access === 'object' || Object.hasOwn(rules, access)),
  );
}

async function send(asker: Asker | undefined, method: string, { url, body, as }: Example) {
  const headers: Record<string, string> = {
    ...{ 'user-agent': AGENT, accept: 'application/json' },
    ...{ 'x-csrf-token': asker?.csrf ?? '', ...asker?.headers },
  };
  const init: RequestInit = { method, headers, redirect: 'manual' };
  if (method !== 'GET' && method !== 'DELETE') {
    const fields = Object.entries({ ...body, csrf: asker?.csrf ?? '' }).map(
      ([name, value]): [string, string] => [name, String(value)],
    );
    if (as === 'json') {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(body ?? {});
    } else if (as === 'multipart') {
      init.body = new FormData();
      for (const [name, value] of fields) {
        init.body.set(name, value);
      }
    } else {
      init.body = new URLSearchParams(fields);
    }
  }
  // An answer that goes on for ever is left after its head.
  const stop = new AbortController();
  const response = await fetch(`${one.url}${url}`, { ...init, signal: stop.signal });
  const text = url.endsWith('/events') ? '' : await response.text();
  stop.abort();
  return { status: response.status, text };
}

/** Whom the audit names as refused at a route. */
async function refusedAt(route: string): Promise<Set<unknown>> {
  const rows = await store.db
    .selectFrom('audit')
    .select('body')
    .where('kind', '=', 'access.refused')
    .execute();
  const bodies = rows.map(({ body }): { actor: string; route: string } => JSON.parse(body));
  return new Set(bodies.filter((body) => body.route === route).map(({ actor }) => actor));
}

test('every route that states an action has an example, and every example a route', () => {
  const stated = [...new Set(actedRoutes().map(keyOf))].sort();
  expect(stated).toEqual(Object.keys(routeExamples).sort());
  expect(stated.length).toBeGreaterThan(70);
});

describe('role × site × route', () => {
  test.each(Object.keys(routeExamples))(
    '%s',
    async (key) => {
      const route = actedRoutes().find((one) => keyOf(one) === key);
      const example = routeExamples[key];
      if (!route || !example) {
        throw new Error(`${key} is not registered`);
      }
      const actions = [example.action ?? route.access].flat() as FleetAction[];
      const wrong: string[] = [];
      const refused = new Set<string>();
      for (const asker of askers.filter((one) => route.bearer || !one.isToken)) {
        for (const site of example.about === 'site' ? sites : (['torino'] as const)) {
          const allowed = actions.some((action) =>
            example.about === 'site'
              ? may(asker.rights, action, { site })
              : mayAnywhere(asker.rights, action),
          );
          const made = await example.make(world, site);
          const { status, text } = await send(asker, route.method, made);
          // The metrics are for programs: nobody who is logged in reads them.
          const isRight = isExpected(status, allowed, key, asker);
          if (!isRight) {
            wrong.push(`${asker.name} at ${site}: ${status} ${text.slice(0, 80)}`);
          }
          if (status === 403) {
            refused.add(asker.id);
          }
        }
        await world.endRollouts();
      }
      expect(wrong).toEqual([]);
      expect(await refusedAt(key)).toEqual(refused);
      const { status } = await send(undefined, route.method, await example.make(world, 'torino'));
      expect([401, 303]).toContain(status);
    },
    60_000,
  );
});

function isExpected(status: number, allowed: boolean, key: string, asker: Asker): boolean {
  if (key === 'GET /metrics' && !asker.isToken) {
    return status === 401;
  }
  // Without a case the desk starts over: a 400, which is no refusal of the person.
  const isDone = status < 400 || (status === 400 && /second-level|reveal/.test(key));
  return allowed ? isDone : status === 403;
}

describe('who has only some sites', () => {
  const absent: [string, (asker: Asker) => Promise<Example>][] = [
    ['GET', async () => ({ url: '/fleet/gates/none' })],
    ['GET', async () => ({ url: '/fleet/sites/none' })],
    ['GET', async () => ({ url: '/fleet/rollouts/none' })],
    ['GET', async () => ({ url: '/api/v1/gates/none' })],
    ['GET', async () => ({ url: '/api/v1/rollouts/none' })],
    ['GET', async () => ({ url: '/api/v1/commands/none' })],
    ['POST', async () => ({ url: '/staff/reset', body: { account: 'none' } })],
    ['POST', async () => ({ url: '/api/v1/gates/none/cancel-codes', as: 'json' })],
    [
      'POST',
      async () => ({
        url: '/api/v1/commands',
        as: 'json',
        body: { filter: { gates: ['none'] }, command: { name: 'identify' } },
      }),
    ],
    [
      'POST',
      async () => ({
        url: '/api/v1/rollouts',
        as: 'json',
        body: { filter: { sites: ['none'] }, version: 0 },
      }),
    ],
  ];
  test.each(absent)(
    '%s of what is not there gets the answer of what is elsewhere',
    async (...row) => {
      const [method, make] = row;
      const local = askers.find(({ name }) => name === 'administrator of torino');
      const chief = askers.find(({ name }) => name === 'administrator of all');
      if (!local || !chief) {
        throw new Error('nobody to ask');
      }
      expect((await send(local, method, await make(local))).status).toBe(403);
      expect([404, 422]).toContain((await send(chief, method, await make(chief))).status);
    },
  );

  test('meets the same words at a gate elsewhere and at none', async () => {
    const local = askers.find(({ name }) => name === 'administrator of torino');
    const elsewhere = await world.gate('roma');
    const answers = [elsewhere, 'none'].map((gate) =>
      send(local, 'GET', { url: `/api/v1/gates/${gate}` }),
    );
    const [there, none] = await Promise.all(answers);
    expect(there).toEqual(none);
  });
});
