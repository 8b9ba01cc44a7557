import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { seedPeople } from '../../../scripts/sample/seed-people.ts';
import { verifyAudit } from '../../../server/audit/verify-chain.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Acknowledged } from '../../support/answering-child.ts';
import { startApp } from '../../support/server-app.ts';

const child = fileURLToPath(new URL('../../support/answering-child.ts', import.meta.url));
const ANSWERS = 300;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-killed-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs a server until it gave so many answers, and kills it while it works on the next ones. */
async function runAndKill(...args: string[]): Promise<Acknowledged[]> {
  const server = fork(child, args, { execArgv: ['--import', 'tsx'] });
  const given: Acknowledged[] = [];
  server.on('message', (told: Acknowledged) => {
    given.push(told);
    if (given.length === ANSWERS) {
      server.kill('SIGKILL');
    }
  });
  const [code, signal] = (await once(server, 'exit')) as [number | null, string | null];
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  return given;
}

/** Who asks: the people of the demonstration, each with a code, as JSON. */
async function seed(path: string, keyring: Keyring): Promise<string> {
  const store = await openStore(`sqlite:${path}`);
  const app = await startApp(store, { keyring });
  const seeded = await seedPeople(app);
  await app.stop();
  await store.close();
  return JSON.stringify(
    seeded.map(({ credentialId, person: { codiceFiscale } }) => ({ credentialId, codiceFiscale })),
  );
}

test('kill -9 in the middle of commits: nothing acknowledged is lost, and the chain holds', async () => {
  const path = join(folder, 'varco.db');
  const file = generateKeyringFile(0);
  const keyring = new Keyring(file);
  const text = JSON.stringify(file);
  const people = await seed(path, keyring);
  const given = await runAndKill(path, text, people);
  given.push(...(await runAndKill(path, text, people)));
  expect(given.length).toBeGreaterThanOrEqual(2 * ANSWERS);
  const store = await openStore(`sqlite:${path}`);
  const app = await startApp(store, { keyring });
  try {
    expect((await verifyAudit(store, keyring)).problems).toEqual([]);
    const rows = await store.db.selectFrom('audit').select(['request', 'at', 'body']).execute();
    const kept = new Map(rows.map(({ request, at, body }) => [request, { at, body }]));
    for (const { requestId, answer } of given) {
      const row = kept.get(requestId);
      const { verdict } = JSON.parse(row?.body ?? '{}');
      expect(JSON.stringify({ verdict, decidedAt: row?.at })).toBe(answer);
    }
    // Who lost the answer asks again and gets the same one, and no second row.
    const { requestId, credentialId, codiceFiscale, answer } = given.at(-1) as Acknowledged;
    const [request = '', id = ''] = requestId.split(' ');
    const asker = { id, site: 'torino' };
    const again = { asker, requestId: request, credentialId, codiceFiscale, policy: DEMO_POLICY };
    expect(JSON.stringify(await app.verification.verify(again))).toBe(answer);
    const { problems, rows: count } = await verifyAudit(store, keyring);
    expect({ problems, count }).toEqual({ problems: [], count: rows.length });
  } finally {
    await app.stop();
    await store.close();
  }
}, 60_000);
