import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedPeople } from '../../../../scripts/sample/seed-people.ts';
import type { FleetActor } from '../../../../server/fleet/access/actor.ts';
import {
  type FleetAction,
  may,
  mayAnywhere,
  visibleSites,
} from '../../../../server/fleet/access/permissions.ts';
import { roles } from '../../../../server/fleet/access/roles.ts';
import { allEndpoints } from '../../../../server/fleet/api/all-endpoints.ts';
import { API_PREFIX } from '../../../../server/fleet/api/api.ts';
import type { Endpoint } from '../../../../server/fleet/api/endpoint.ts';
import { SqliteStore } from '../../../../server/store/sqlite.ts';
import { errorCode } from '../../../../shared/errors.ts';
import { routeExamples } from '../../../support/access/route-examples.ts';
import { RouteWorld } from '../../../support/access/route-world.ts';
import { actor, administrator, type FleetApp, startFleetApp } from '../../../support/fleet-app.ts';

const sites = ['torino', 'roma'] as const;
const actors: FleetActor[] = roles.flatMap((role) =>
  (['all', ['torino'], []] as const).map((of) => actor(role, of)),
);

let store: SqliteStore;
let one: FleetApp;
let world: RouteWorld;

beforeAll(async () => {
  store = await SqliteStore.open(':memory:');
  one = await startFleetApp(store);
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
});

afterAll(async () => {
  await one.app.stop();
  await store.close();
});

/** Whether an act came to something other than a refusal of the person. */
async function isAdmitted(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    return errorCode(error) !== 'forbidden';
  }
}

/** The parameters that a pattern such as `/gates/:gate` finds in a path. */
function paramsOf(pattern: string, path: string): Record<string, string> {
  const names = pattern.split('/');
  const words = path.split('/');
  return Object.fromEntries(
    names.flatMap((name, index) =>
      name.startsWith(':') ? [[name.slice(1), words[index] ?? '']] : [],
    ),
  );
}

/** Lists that hold, for everybody, what each may see: none at all for who may see nothing. */
const filtered = /^list(Sites|Gates|Rollouts|Commands|Alerts|Activity)$|^getSummary$/;

// Without the routes' own hook: the rooms refuse themselves.
describe('a call of the API, past its door', () => {
  const operations = [
    ...['listConfigs', 'createConfig', 'getConfig', 'createSite', 'getSite', 'updateSite'],
    ...['getGate', 'getGateHistory', 'createGates', 'importGates', 'updateGate', 'removeGate'],
    ...['createEnrolmentCodes', 'cancelEnrolmentCodes', 'revokeKiosk', 'startRollout'],
    ...['getRollout', 'turnRollout', 'sendCommands', 'getCommand', 'acknowledgeAlert'],
    ...['silenceAlert', 'listAudit', 'listTokens', 'createToken', 'revokeToken'],
    ...['listPolicies', 'getPolicy', 'tryPolicy', 'proposePolicy', 'releasePolicy'],
    ...['withdrawPolicy', 'retirePolicy'],
  ];

  test('is one of these, or a list of what each may see', () => {
    const all = allEndpoints(one.app.fleet).map(({ operationId }) => operationId);
    const asked = all.filter((name) => !filtered.test(name));
    expect(asked.sort()).toEqual([...operations].sort());
  });

  test.each(operations)('%s', async (operation) => {
    const endpoint = allEndpoints(one.app.fleet).find((it) => it.operationId === operation);
    if (!endpoint) {
      throw new Error(`there is no ${operation}`);
    }
    const wrong: string[] = [];
    for (const who of actors) {
      for (const site of sites) {
        const { admitted, allowed } = await tryCall(endpoint, who, site);
        if (admitted !== allowed) {
          wrong.push(`${who.role} of ${who.sites} at ${site}: ${admitted}`);
        }
      }
    }
    await world.endRollouts();
    expect(wrong).toEqual([]);
  });
});

async function tryCall(endpoint: Endpoint, who: FleetActor, site: string) {
  const example = routeExamples[`${endpoint.method} ${API_PREFIX}${endpoint.url}`];
  const made = await example?.make(world, site);
  const { pathname, searchParams } = new URL(made?.url ?? '', 'http://varco.invalid');
  const request = {
    params: endpoint.input.params && paramsOf(`${API_PREFIX}${endpoint.url}`, pathname),
    query: endpoint.input.query && Object.fromEntries(searchParams),
    body: made?.body,
  };
  const actions = [example?.action ?? endpoint.action].flat() as FleetAction[];
  const allowed = actions.some((action) =>
    example?.about === 'site' ? may(who, action, { site }) : mayAnywhere(who, action),
  );
  const admitted = await isAdmitted(() => endpoint.run(who, request));
  await world.endRollouts();
  return { admitted, allowed };
}

describe('a room that no call of the API reaches', () => {
  const validUntil = Number.MAX_SAFE_INTEGER;
  const about = { credentialId: 'none', codiceFiscale: 'x', purpose: 'sportello' };
  type Act = (who: FleetActor, site: string) => Promise<unknown> | unknown;
  const acts: [FleetAction, 'site' | 'none', string, Act][] = [
    [
      'account.manage',
      'site',
      'invites',
      (who, site) => one.app.logins.staff.invite(who, { role: 'viewer', sites: [site] }),
    ],
    [
      'account.manage',
      'site',
      'resets an account',
      async (who, site) => one.app.logins.staff.reset(who, await world.account(site)),
    ],
    [
      'account.manage',
      'site',
      'disables an account',
      async (who, site) => one.app.logins.staff.disable(who, await world.account(site)),
    ],
    ['account.manage', 'none', 'lists accounts', (who) => one.app.logins.staff.list(who)],
    ['message.manage', 'none', 'lists messages', (who) => one.app.notify.outbox.list(who)],
    [
      'message.manage',
      'none',
      'retries a message',
      async (who) => one.app.notify.outbox.retry(who, await world.message()),
    ],
    [
      'message.manage',
      'none',
      'drops a message',
      async (who) => one.app.notify.outbox.drop(who, await world.message()),
    ],
    [
      'fleet.saveView',
      'none',
      'keeps a view',
      (who) => one.app.fleet.views.save(who, { title: 'x', query: '' }),
    ],
    ['fleet.saveView', 'none', 'removes a view', (who) => one.app.fleet.views.remove(who, 'none')],
    [
      'desk.check',
      'site',
      'checks at a desk',
      (who, site) =>
        one.app.firstLevel.askAtDesk(who, {
          site,
          requestId: crypto.randomUUID(),
          credentialId: 'none',
          codiceFiscale: 'x',
        }),
    ],
    [
      'desk.secondLevel',
      'site',
      'asks for a one-time code',
      ({ role, sites: of }, site) =>
        one.app.secondLevel.requestCode(
          { role, sites: of, site, operatorId: '1', validUntil },
          about,
        ),
    ],
    [
      'desk.secondLevel',
      'site',
      'mails a detail',
      ({ role, sites: of }, site) =>
        one.app.secondLevel.mailDetail(
          { role, sites: of, site, operatorId: '1', validUntil },
          about,
        ),
    ],
    [
      'desk.secondLevel',
      'site',
      'shows a detail',
      ({ role, sites: of }, site) =>
        one.app.secondLevel.reveal(
          { role, sites: of, site, operatorId: '1', validUntil },
          { ...about, code: '000000' },
        ),
    ],
  ];

  test.each(acts)('%s, %s: %s', async (action, reach, _what, act) => {
    const wrong: string[] = [];
    for (const who of actors) {
      for (const site of sites) {
        const allowed =
          reach === 'site' ? may(who, action, { site }) : visibleSites(who, action) !== undefined;
        if ((await isAdmitted(() => act(who, site))) !== allowed) {
          wrong.push(`${who.role} of ${who.sites} at ${site}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('a roll-out over two sites is turned by who may configure both', async () => {
  const gates = [await world.gate('torino'), await world.gate('roma')];
  const { id } = await one.app.fleet.rollouts.start(administrator, {
    version: 0,
    filter: { gates },
  });
  const local = actor('siteManager', ['torino']);
  const seen = await one.app.fleet.rollouts.get(local, id);
  expect(seen.targets.map(({ gate }) => gate)).toEqual(gates.slice(0, 1));
  const turned = one.app.fleet.rollouts.turn(local, id, 'cancel', 'x');
  await expect(turned).rejects.toMatchObject({ code: 'forbidden' });
  expect((await one.app.fleet.rollouts.turn(administrator, id, 'cancel', 'x')).state).toBe(
    'cancelled',
  );
});

test('a filter of who has one site means gates there alone, also when it is kept', async () => {
  const [own, other] = [await world.gate('torino'), await world.gate('roma')];
  for (const id of [own, other]) {
    await one.app.fleet.gates.change(administrator, id, { tags: ['prova'] });
  }
  await one.app.fleet.state.reload();
  const local = actor('siteManager', ['torino']);
  const { id, targets } = await one.app.fleet.rollouts.start(local, {
    version: 0,
    filter: { tags: ['prova'] },
  });
  expect(targets.map(({ gate }) => gate)).toEqual([own]);
  const row = await store.db
    .selectFrom('rollout')
    .select('filter')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect(JSON.parse(row.filter)).toEqual({ tags: ['prova'], sites: ['torino'] });
  const all = one.app.fleet.rollouts.start(local, { version: 0, filter: { all: true } });
  await expect(all).rejects.toMatchObject({ code: 'forbidden' });
});
