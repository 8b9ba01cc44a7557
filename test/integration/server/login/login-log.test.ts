import { afterEach, beforeEach, expect, test } from 'vitest';
import type { App } from '../../../../server/app.ts';
import { WINDOW_MS, windowOf } from '../../../../server/guessing/counted-windows.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { startApp } from '../../../support/server-app.ts';
import { webAssets } from '../../../support/web-assets.ts';

let store: Store;
let app: App;
let now: number;

beforeEach(async () => {
  now = windowOf(Date.now());
  store = await openStore('sqlite::memory:');
  app = await startApp(store, {
    web: { assets: await webAssets() },
    clock: { ...systemClock, now: () => now },
  });
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

const log = () => app.logins.log.read({ limit: 10_000 });
const fail = (address: string, reason = 'wrong', way = 'password') =>
  app.logins.log.write({ event: 'failed', way, account: 'a@b.it', reason, address });

test('failed logins of one network are recorded up to a bound, and then counted', async () => {
  for (let tried = 0; tried < 500; tried += 1) {
    await fail(`2001:db8:1:2::${tried.toString(16)}`);
  }
  await fail('192.0.2.7', 'wrong', 'pin');
  expect(await log()).toHaveLength(51);
  now += WINDOW_MS;
  await app.housekeeping.run();
  const [counted, ...more] = await log();
  const network = { way: 'password', reason: 'counted', address: '2001:db8:1:2' };
  expect(counted).toMatchObject({ event: 'failed', attempts: 450, ...network });
  expect(more).toHaveLength(51);
});

test('of throttled logins one is recorded; a server that stops writes the others’ number', async () => {
  for (let tried = 0; tried < 300; tried += 1) {
    await fail('192.0.2.7', 'throttled');
  }
  expect(await log()).toHaveLength(1);
  await app.logins.log.writeCounts(true);
  expect((await log()).map(({ attempts }) => attempts)).toEqual([299, undefined]);
});

test('a thousand networks leave a bounded number of rows, and none of their attempts is lost', async () => {
  for (let network = 0; network < 1000; network += 1) {
    await fail(`10.${network >> 8}.${network & 255}.1`);
    await fail(`10.${network >> 8}.${network & 255}.1`);
  }
  now += WINDOW_MS;
  await app.housekeeping.run();
  const events = await log();
  expect(events.length).toBeLessThanOrEqual(400 + 101);
  expect(events.reduce((sum, { attempts }) => sum + (attempts ?? 1), 0)).toBe(2000);
});

test('a right login is always recorded, whatever went before', async () => {
  for (let tried = 0; tried < 600; tried += 1) {
    await fail('192.0.2.7');
  }
  await app.logins.log.write({ event: 'login', way: 'password', account: 'a@b.it' });
  expect((await log())[0]).toMatchObject({ event: 'login' });
});

test('what a passkey’s wrong answers leave behind is bounded too', async () => {
  const { cookies } = await app.http.inject({ method: 'POST', url: '/login/passkey/options' });
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  for (let tried = 0; tried < 60; tried += 1) {
    const payload = { answer: { id: 'x' } };
    const headers = { cookie, 'content-type': 'application/json' };
    await app.http.inject({ method: 'POST', url: '/login/passkey', payload, headers });
  }
  expect(await store.db.selectFrom('single_use').selectAll().execute()).toEqual([]);
  expect(await log()).toHaveLength(50);
});

test('the database is asked for its readiness once, however many ask', async () => {
  const asked = await Promise.all(Array.from({ length: 50 }, () => app.http.inject('/readyz')));
  expect(new Set(asked.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  const row = () => store.db.selectFrom('meta').select('value').where('name', '=', 'ready');
  const { value } = await row().executeTakeFirstOrThrow();
  await app.http.inject('/readyz');
  expect((await row().executeTakeFirstOrThrow()).value).toBe(value);
});
