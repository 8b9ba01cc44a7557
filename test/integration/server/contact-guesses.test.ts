import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { guessLimits } from '../../../server/guessing/guess-limits.ts';
import { RESEND_AFTER_MS } from '../../../server/guessing/one-time-code.ts';
import type { Transports } from '../../../server/notify/transport.ts';
import { ContactChecks } from '../../../server/portal/contact-checks.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const DAY_MS = 86_400_000;
const transports: Transports = {
  email: {
    channel: 'email',
    send: () => Promise.resolve({ outcome: 'sent' }),
    stop: () => Promise.resolve(),
  },
};

let store: Store;
let app: App;
let clock: VirtualClock;
let checks: ContactChecks;
let personId: number;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  clock = new VirtualClock();
  app = await startApp(store, { clock, transports });
  await seedPeople(app);
  const { registry, notify } = app;
  checks = new ContactChecks({
    store,
    keyring: testKeyring,
    registry,
    notify,
    now: () => clock.now(),
  });
  const person = await store.db.selectFrom('person').select('id').where('id', '>', 0).execute();
  personId = person[0]?.id ?? 0;
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

test('codes to a contact that is not one’s own: ten wrong ones in a day, whatever is sent again', async () => {
  let looked = 0;
  for (let hour = 0; hour < 24; hour += 1) {
    await checks.start(personId, 'email', `${randomUUID()}@example.org`);
    for (let tried = 0; tried < 3; tried += 1) {
      const result = await checks.confirm(personId, 'email', '000000');
      looked += result === 'wrong' ? 1 : 0;
    }
    clock.advance(DAY_MS / 24);
  }
  // The tenth answers that the contact is locked.
  expect(looked).toBe(guessLimits.oneTimeCode.free - 1);
  expect(await checks.start(personId, 'email', 'a@example.org')).toEqual({ outcome: 'locked' });
  clock.advance(DAY_MS);
  expect(await checks.start(personId, 'email', 'a@example.org')).toEqual({ outcome: 'sent' });
});

test('the same contact gets no second code at once, and another one does', async () => {
  const sentTo = () => store.db.selectFrom('message').select('id').execute();
  await checks.start(personId, 'email', 'a@example.org');
  await checks.start(personId, 'email', 'a@example.org');
  expect(await sentTo()).toHaveLength(1);
  await checks.start(personId, 'email', 'b@example.org');
  expect(await sentTo()).toHaveLength(2);
  clock.advance(RESEND_AFTER_MS);
  await checks.start(personId, 'email', 'b@example.org');
  expect(await sentTo()).toHaveLength(3);
});
