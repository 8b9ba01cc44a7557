import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kioskWords } from '../../../device/session/kiosk-words.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import type { SeededPerson } from '../../../scripts/sample/seed-people.ts';
import { Keyring } from '../../../server/keys/keyring.ts';
import { readKeyringFile } from '../../../server/keys/keyring-file.ts';
import { encodeCredential } from '../../../shared/credential/credential.ts';
import { liveStep } from '../../../shared/credential/live-code.ts';
import { languages } from '../../../shared/language.ts';
import { OfflineGate, OfflineSite } from '../../support/offline-gate.ts';
import { releasePolicy } from '../../support/policies/release-policy.ts';

let site: OfflineSite;
let gate: OfflineGate;
let person: SeededPerson;

/** A gate whose policy takes live codes alone, and one person's phone. */
beforeEach(async () => {
  site = await OfflineSite.start();
  const { app } = site.server;
  const policy = app.policies.find(DEMO_POLICY, new Date());
  await releasePolicy(app, { ...policy, version: undefined, liveCode: 'required' });
  gate = new OfflineGate(site);
  await gate.start();
  await site.untilCurrent(gate);
  person = site.person('entitled');
});

afterEach(async () => {
  await gate.stop();
  await site.stop();
});

/** The person's phone, as it looks at some moment. */
async function phone(one: SeededPerson, at = Date.now()): Promise<SeededPerson> {
  const keyring = new Keyring(await readKeyringFile(join(site.folder, 'keyring.json')));
  const { renewAt: _, ...times } = liveStep(at);
  const credential = { id: one.credentialId, kind: 'status', ...times, live: true } as const;
  const signer = keyring.credentialSigner();
  return { ...one, text: encodeCredential(credential, { host: 'varco.example.it', ...signer }) };
}

function problem(): string {
  const phase = gate.state?.phase;
  return phase?.name === 'refusing' ? phase.problem : (phase?.name ?? 'nothing');
}

test('a printed code is refused, with the way to the live one in five languages', async () => {
  gate.read(person.text);
  expect(problem()).toBe('liveRequired');
  for (const language of languages) {
    const { liveRequired, liveStale, liveUsed } = kioskWords[language].refusing;
    const said = [liveRequired, liveStale, liveUsed].map(({ text }) => text);
    expect(new Set(said).size).toBe(3);
  }
  expect(gate.opened).toEqual([]);
});

test("the phone's code opens once; shown again it is used, also after a restart", async () => {
  const { text } = await site.server.app.credentials.liveCode(person.credentialId);
  expect(await gate.walk({ ...person, text })).toBe('server granted');
  gate.end();
  gate.read(text);
  expect(problem()).toBe('liveUsed');
  // A kiosk that has forgotten it is told by the server.
  await gate.stop();
  gate = new OfflineGate(site);
  await gate.start();
  await gate.untilLink('up');
  expect(await gate.walk({ ...person, text })).toBe('server denied notRecognised');
  expect(gate.opened).toEqual([]);
});

test('a photograph of it is of no use a minute and a half later', async () => {
  const photograph = await phone(person, Date.now() - 100_000);
  gate.read(photograph.text);
  expect(problem()).toBe('liveStale');
});

test('without network the gate still asks for the live code, and opens by it once', async () => {
  site.network.cut();
  await gate.untilLink('down');
  gate.read(person.text);
  expect(problem()).toBe('liveRequired');
  gate.end();
  const live = await phone(person);
  expect(await gate.walk(live)).toBe('list granted');
  gate.end();
  gate.read(live.text);
  expect(problem()).toBe('liveUsed');
});

test.each([
  ['nothing', undefined],
  ['one of an hour ago', -3600],
  ['one of the day after tomorrow', 172_800],
])('the server refuses a kiosk that says it saw %s', async (_what, offset) => {
  const { verification } = site.server.app;
  const now = Math.floor(Date.now() / 1000);
  const question = {
    asker: { id: 'kiosk:forged', site: 'torino' },
    credentialId: person.credentialId,
    codiceFiscale: person.person.codiceFiscale,
    policy: DEMO_POLICY,
  };
  const live = offset === undefined ? {} : { liveIssuedAt: now + offset };
  const answer = await verification.verify({ ...question, requestId: randomUUID(), ...live });
  expect(answer.verdict).toEqual({ outcome: 'denied', reason: 'notRecognised' });
  const good = { ...question, requestId: randomUUID(), liveIssuedAt: now };
  expect((await verification.verify(good)).verdict.outcome).toBe('granted');
  // The same request again is the same answer; another with the same code is not.
  expect((await verification.verify(good)).verdict.outcome).toBe('granted');
  const again = await verification.verify({ ...good, requestId: randomUUID() });
  expect(again.verdict).toEqual({ outcome: 'denied', reason: 'notRecognised' });
});

test('what is kept of a used code names nobody and is forgotten in minutes', async () => {
  const { text } = await site.server.app.credentials.liveCode(person.credentialId);
  await gate.walk({ ...person, text });
  const { openStore } = await import('../../../server/store/open-store.ts');
  const store = await openStore(`sqlite:${join(site.folder, 'varco.db')}`);
  const [row] = await store.db.selectFrom('live_use').selectAll().execute();
  expect(JSON.stringify(row)).not.toContain(person.credentialId);
  const { body } = await store.db
    .selectFrom('audit')
    .select('body')
    .where('kind', '=', 'verification')
    .executeTakeFirstOrThrow();
  expect(JSON.parse(body)).toMatchObject({ cause: 'recognised', live: true });
  await store.db
    .updateTable('live_use')
    .set({ at: Date.now() - 1_000_000 })
    .execute();
  await site.server.app.verification.purgeExpired();
  expect(await store.db.selectFrom('live_use').selectAll().execute()).toEqual([]);
  await store.close();
});
