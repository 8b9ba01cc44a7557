import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_POLICY } from '../../../../scripts/sample/demo-people.ts';
import { API_PREFIX } from '../../../../server/fleet/api/api.ts';
import type { GateFilter } from '../../../../server/fleet/view/gate-filter.ts';
import { gateFilterSchema } from '../../../../server/fleet/view/gate-filter-schema.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { parseKioskQuery, selectKiosks } from '../../../../server/web/fleet/kiosk-query.ts';
import {
  administrator,
  enrolKiosk,
  type FleetApp,
  startFleetApp,
} from '../../../support/fleet-app.ts';

let store: Store;
let one: FleetApp;
let token: string;

beforeAll(async () => {
  store = await openStore('sqlite::memory:');
  one = await startFleetApp(store);
  const { sites, gates, tokens } = one.app.fleet;
  await sites.create(administrator, { id: 'scienza', title: 'Città della Scienza' });
  await sites.create(administrator, { id: 'brera', title: 'Brera' });
  const other = one.app.policies.list().find(({ id }) => id !== DEMO_POLICY)?.id ?? '';
  await gates.create(administrator, [
    { id: 'a', site: 'scienza', title: 'Ingresso', policy: DEMO_POLICY, tags: ['Nord'] },
    { id: 'b', site: 'scienza', title: 'Uscità', policy: other, tags: ['però'] },
    { id: 'c', site: 'brera', title: 'Ingresso', policy: DEMO_POLICY, tags: ['sud'] },
  ]);
  const { client } = await enrolKiosk(one, 'c');
  await client.boot();
  const lost = { scanner: { state: 'lost' } } as const;
  await client.status({ state: 'inService', peripherals: lost });
  const scopes = ['fleet:read' as const];
  token = (await tokens.create(administrator, { title: 't', scopes, sites: 'all' })).token;
});
afterAll(async () => {
  await one.app.stop();
  await store.close();
});

/** The three ways in: a filter as a roll-out takes it, as the page's URL has it, and as the API's has it. */
const cases: [string, GateFilter, Record<string, string>, Record<string, string>, string][] = [
  ['a word without its accent', { text: 'citta' }, { text: 'citta' }, { text: 'citta' }, 'a b'],
  ['a word in capitals', { text: 'USCITA' }, { text: 'USCITA' }, { text: 'USCITA' }, 'b'],
  [
    'words of name and site',
    { text: 'brera ingr' },
    { text: 'brera ingr' },
    { text: 'brera ingr' },
    'c',
  ],
  ['a word of a tag', { text: 'sud' }, { text: 'sud' }, { text: 'sud' }, 'c'],
  ['a word that nobody has', { text: 'xyz' }, { text: 'xyz' }, { text: 'xyz' }, ''],
  ['a site', { sites: ['scienza'] }, { site: 'scienza' }, { site: 'scienza' }, 'a b'],
  ['a tag in lower case', { tags: ['nord'] }, { tag: 'nord' }, { tag: 'nord' }, 'a'],
  ['a tag without its accent', { tags: ['pero'] }, { tag: 'pero' }, { tag: 'pero' }, 'b'],
  [
    'a policy',
    { policies: [DEMO_POLICY] },
    { policy: DEMO_POLICY },
    { policy: DEMO_POLICY },
    'a c',
  ],
  [
    'a presence',
    { presences: ['degraded'] },
    { presence: 'degraded' },
    { presence: 'degraded' },
    'c',
  ],
  ['faults', { faults: true }, { only: 'faults' }, { faults: 'true' }, 'c'],
  ['alerts', { alerts: true }, { only: 'alerts' }, { alerts: 'true' }, ''],
  ['drift', { drift: true }, { only: 'drift' }, { drift: 'true' }, ''],
  [
    'several together',
    { sites: ['scienza'], tags: ['NORD'], text: 'ingresso' },
    { site: 'scienza', tag: 'NORD', text: 'ingresso' },
    { site: 'scienza', tag: 'NORD', text: 'ingresso' },
    'a',
  ],
];

describe.each(cases)('%s', (_name, filter, page, api, expected) => {
  const isExpected = (ids: readonly string[]) => expect([...ids].sort().join(' ')).toBe(expected);

  test('of a roll-out or a command', () => {
    const targets = () =>
      one.app.fleet.rollouts.targetsOf(administrator, gateFilterSchema.parse(filter)).gates;
    if (expected === '') {
      expect(targets).toThrow(expect.objectContaining({ code: 'nobodyMeant' }));
    } else {
      isExpected(targets().map(({ id }) => id));
    }
  });

  test('of the page', () => {
    const rows = one.app.fleet.rowsFor(administrator);
    isExpected(selectKiosks(rows, parseKioskQuery(page)).map(({ id }) => id));
  });

  test('of the API', async () => {
    const url = `${one.url}${API_PREFIX}/gates?${new URLSearchParams(api)}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const { items } = (await answer.json()) as { items: { id: string }[] };
    isExpected(items.map(({ id }) => id));
  });
});

test('a filter of nothing is refused: every gate is meant on purpose only', () => {
  expect(gateFilterSchema.safeParse({}).success).toBe(false);
  expect(gateFilterSchema.safeParse({ all: undefined }).success).toBe(false);
  expect(gateFilterSchema.safeParse({ all: true }).success).toBe(true);
});
