import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../../server/app.ts';
import { Refusals } from '../../../../server/fleet/access/refusals.ts';
import { SqliteStore } from '../../../../server/store/sqlite.ts';
import { startApp } from '../../../support/server-app.ts';

let store: SqliteStore;
let app: App;
let now = 0;
let refusals: Refusals;

beforeAll(async () => {
  store = await SqliteStore.open(':memory:');
  app = await startApp(store);
});
afterAll(async () => {
  await app.stop();
  await store.close();
});
beforeEach(async () => {
  now = 1_000_000;
  refusals = new Refusals({ store, audit: app.audit, now: () => now });
  await store.db.deleteFrom('audit').execute();
});

const refused = { route: 'POST /x', actions: ['gate.edit'] };

async function rows(): Promise<unknown[]> {
  const found = await store.db
    .selectFrom('audit')
    .select('body')
    .where('kind', '=', 'access.refused')
    .orderBy('sequence')
    .execute();
  return found.map(({ body }) => JSON.parse(body));
}

test('who is refused in a loop has a row at once, and one with the number after the minute', async () => {
  for (let times = 0; times < 500; times += 1) {
    await refusals.note({ id: 'staff:1' }, refused);
  }
  const first = { actor: 'staff:1', ...refused };
  expect(await rows()).toEqual([first]);
  await refusals.settle();
  expect(await rows()).toEqual([first]);
  now += 60_000;
  await refusals.settle();
  expect(await rows()).toEqual([first, { ...first, from: 1_000_000, repeats: 499 }]);
  await refusals.settle();
  expect(await rows()).toHaveLength(2);
});

test('others, and other routes, have rows of their own', async () => {
  await refusals.note({ id: 'staff:1' }, refused);
  await refusals.note({ id: 'staff:2' }, refused);
  await refusals.note({ id: 'staff:1' }, { ...refused, route: 'GET /x' });
  expect(await rows()).toHaveLength(3);
});

test('what is counted is written when the server stops', async () => {
  await refusals.note({ id: 'staff:1' }, refused);
  await refusals.note({ id: 'staff:1' }, refused);
  await refusals.stop();
  expect(await rows()).toHaveLength(2);
});

test('the same again after the minute settles the minute before', async () => {
  await refusals.note({ id: 'staff:1' }, refused);
  await refusals.note({ id: 'staff:1' }, refused);
  now += 60_000;
  await refusals.note({ id: 'staff:1' }, refused);
  expect(await rows()).toHaveLength(3);
});

test('more than are counted at once are written before they are forgotten', async () => {
  await refusals.note({ id: 'staff:0' }, refused);
  await refusals.note({ id: 'staff:0' }, refused);
  for (let actor = 1; actor <= 5_000; actor += 1) {
    await refusals.note({ id: `staff:${actor}` }, refused);
  }
  expect((await rows()).filter((row) => (row as { repeats?: number }).repeats === 1)).toHaveLength(
    1,
  );
});
