import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { seedPeople } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { allChecks } from '../../../server/portal/checks-list.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { answerOf } from '../../../server/web/portal/checks.tsx';
import { portalWords } from '../../../server/web/portal/portal-words.ts';
import { startApp, testKeyring } from '../../support/server-app.ts';

let store: Store;
let app: App;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  app = await startApp(store);
});
afterEach(async () => {
  await app.stop();
  await store.close();
});

const whole = {
  asker: 'kiosk:gate-1',
  site: 'torino',
  policy: DEMO_POLICY,
  verdict: { outcome: 'granted', companion: false },
};

/** The checks that a citizen sees of two, one of which was altered to a body. */
async function seenWith(body: string) {
  const [person] = await seedPeople(app);
  const { codiceFiscale } = person?.person ?? { codiceFiscale: '' };
  const asker = { id: whole.asker, site: whole.site };
  const credentialId = person?.credentialId ?? '';
  const question = { asker, credentialId, codiceFiscale, policy: DEMO_POLICY };
  await app.verification.verify({ ...question, requestId: randomUUID() });
  await app.verification.verify({ ...question, requestId: randomUUID() });
  await sql`update audit set body = ${body}
    where sequence = (select min(sequence) from audit where kind = 'verification')`.execute(
    store.db,
  );
  return await allChecks({ store, keyring: testKeyring, now: Date.now() }, codiceFiscale);
}

test.each([
  ['no JSON', '{'],
  ['nothing', 'null'],
  ['an empty body', '{}'],
  ['no asker', JSON.stringify({ ...whole, asker: undefined })],
  ['an asker that is no text', JSON.stringify({ ...whole, asker: 5 })],
  ['no site', JSON.stringify({ ...whole, site: '' })],
  ['no policy', JSON.stringify({ ...whole, policy: undefined })],
  ['no verdict', JSON.stringify({ ...whole, verdict: undefined })],
  ['a verdict that is a word', JSON.stringify({ ...whole, verdict: 'granted' })],
  ['a verdict without an outcome', JSON.stringify({ ...whole, verdict: {} })],
])(
  'a row altered to %s is left out of who checked me, and the other stays',
  async (_name, body) => {
    const seen = await seenWith(body);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ asker: whole.asker, policy: DEMO_POLICY });
  },
);

test('a row that still says all is shown, with a reason that has no words of its own as well', async () => {
  const verdict = { outcome: 'denied', reason: 'noSuchReason' };
  const seen = await seenWith(JSON.stringify({ ...whole, verdict }));
  expect(seen).toHaveLength(2);
  const { other } = portalWords.it.checks.answers;
  const said = seen.map((check) => answerOf(portalWords.it, check.verdict, 'it'));
  expect(said).toContain(other);
});
