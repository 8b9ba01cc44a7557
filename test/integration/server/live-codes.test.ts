import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { LiveCodes } from '../../../server/verification/live-codes.ts';
import type { Recognition } from '../../../server/verification/recognition.ts';
import { LIVE_SECONDS } from '../../../shared/credential/live-code.ts';
import { testKeyring } from '../../support/server-app.ts';

const NOW = 1_790_000_000_000;
const SESSION_MAX_MS = 900_000;
const LIVE_MS = LIVE_SECONDS * 1000;
const required = { liveCode: 'required' } as const;
const recognised: Recognition = {
  cause: 'recognised',
  row: {
    credential_id: 'a'.repeat(32),
    person_id: 1,
    code_mac: '0'.repeat(32),
    facts: 0,
    kind: 'status',
    state: 'live',
    expires_at: null,
    companion: 0,
    due_on: null,
  },
  facts: {},
  subject: 'mac',
};

let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});
afterEach(() => store.close());

/** What each of these codes, shown together in one batch, comes to. */
function causesOf(liveIssuedAts: readonly (number | undefined)[], now = NOW): Promise<string[]> {
  return store.transaction(async (tx) => {
    const shown = liveIssuedAts.map((liveIssuedAt) => ({
      credentialId: 'a'.repeat(32),
      liveIssuedAt,
      policy: required,
    }));
    const codes = await LiveCodes.read(store, tx, testKeyring, shown);
    const causes = shown.map((one) => codes.check(recognised, one, now).cause);
    await codes.write(store, tx);
    return causes;
  });
}

test('a live code is good for one request, in its batch and in later ones', async () => {
  expect(await causesOf([NOW / 1000, NOW / 1000])).toEqual(['recognised', 'liveUsed']);
  expect(await causesOf([NOW / 1000])).toEqual(['liveUsed']);
  expect(await causesOf([NOW / 1000 + 1])).toEqual(['recognised']);
});

test.each([
  ['missing', undefined, 'liveMissing'],
  ['as old as a session may be', (NOW - SESSION_MAX_MS) / 1000, 'recognised'],
  ['older than that', (NOW - SESSION_MAX_MS) / 1000 - 1, 'liveStale'],
  ['ahead by its life', (NOW + LIVE_MS) / 1000, 'recognised'],
  ['further ahead', (NOW + LIVE_MS) / 1000 + 1, 'liveStale'],
] as const)('a code that is %s', async (_name, liveIssuedAt, cause) => {
  expect(await causesOf([liveIssuedAt])).toEqual([cause]);
});

test('the records of used codes are deleted only once the codes are too old', async () => {
  await causesOf([NOW / 1000]);
  const kept = () => store.db.selectFrom('live_use').select('mac').execute();
  await LiveCodes.purgeExpired(store, NOW + SESSION_MAX_MS + LIVE_MS);
  expect(await kept()).toHaveLength(1);
  await LiveCodes.purgeExpired(store, NOW + SESSION_MAX_MS + LIVE_MS + 1);
  expect(await kept()).toEqual([]);
});
