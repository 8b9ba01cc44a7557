import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_POLICY, demoPeople } from '../../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../../scripts/sample/seed-people.ts';
import { closeCodes, defaultSocketLimits } from '../../../server/fleet/link/link-limits.ts';
import { generateKeyringFile } from '../../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../../server/keys/keyring-file.ts';
import { createLog } from '../../../server/log.ts';
import { type RunningServer, startServer } from '../../../server/main.ts';
import { KioskClient, newKioskKey } from '../../support/kiosk-client.ts';

const key = newKioskKey();
const logged: string[] = [];
let folder: string;
let server: RunningServer;
let people: SeededPerson[];

function config(port = 0) {
  return {
    host: 'varco.example.it',
    alsoHosts: [],
    listen: { address: '127.0.0.1', port },
    node: 'node-a',
    database: `sqlite:${join(folder, 'varco.db')}`,
    keyring: join(folder, 'keyring.json'),
    log: 'trace' as const,
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-link-'));
  await writeKeyringFile(join(folder, 'keyring.json'), generateKeyringFile(Date.now()), {
    replace: false,
  });
  const log = createLog({ level: 'trace', destination: { write: (line) => logged.push(line) } });
  const socketLimits = { ...defaultSocketLimits, acceptDeadlineMs: 300 };
  server = await startServer(config(), { log, socketLimits });
  people = await seedPeople(server.app);
  const { publicKey } = key;
  await server.app.fleet.registerKiosk({
    id: 'gate-1',
    publicKey,
    gate: 'Varco 1',
    site: 'torino',
    policy: DEMO_POLICY,
  });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

function connect(options: Partial<ConstructorParameters<typeof KioskClient>[0]> = {}) {
  return new KioskClient({ url: server.url, kioskId: 'gate-1', key, ...options });
}

async function booted() {
  const client = connect();
  await client.challenged;
  expect((await client.boot()).status).toBe('accepted');
  return client;
}

describe('verification over the link', () => {
  test.each(demoPeople.map(({ label }) => label))('%s', async (label) => {
    const client = await booted();
    const one = people.find((person) => person.label === label) as SeededPerson;
    const requestId = randomUUID();
    const ask = () => client.verify(requestId, one.credentialId, one.person.codiceFiscale);
    const answer = await ask();
    expect(answer.verdict).toEqual(one.expected);
    expect(await ask()).toEqual(answer);
    client.socket.close();
    await client.closed;
  });

  test('unknown credential, wrong codice fiscale and revoked: one answer', async () => {
    const client = await booted();
    const [first, second] = people as [SeededPerson, SeededPerson];
    const revoked = people.find(({ label }) => label === 'revoked') as SeededPerson;
    const answers = await Promise.all([
      client.verify(randomUUID(), 'f'.repeat(32), first.person.codiceFiscale),
      client.verify(randomUUID(), first.credentialId, second.person.codiceFiscale),
      client.verify(randomUUID(), revoked.credentialId, revoked.person.codiceFiscale),
    ]);
    const expected = { outcome: 'denied', reason: 'notRecognised' };
    expect(answers.map(({ verdict }) => verdict)).toEqual([expected, expected, expected]);
    client.socket.close();
    await client.closed;
  });

  test('the newer connection of a kiosk evicts the older', async () => {
    const older = await booted();
    const newer = await booted();
    expect(await older.closed).toBe(closeCodes.evicted);
    expect(server.app.sockets.kiosks.ids()).toEqual(['gate-1']);
    newer.socket.close();
    await newer.closed;
  });
});

describe('who may connect', () => {
  const claimsOf = { host: 'other.example.it', nonce: 'A'.repeat(43), kioskId: 'gate-2' };
  test.each([
    ['another host', { host: claimsOf.host }],
    ['another nonce', { nonce: claimsOf.nonce }],
    ['another kiosk', { kioskId: claimsOf.kioskId }],
    ['a clock six minutes slow', { time: Date.now() - 360_000 }],
  ])('a proof for %s is refused', async (_name, forged) => {
    const client = connect({ forge: (claims) => ({ ...claims, ...forged }) });
    expect(await client.closed).toBe(closeCodes.proofRefused);
  });

  test('an unknown kiosk and another key are refused', async () => {
    expect(await connect({ kioskId: 'gate-9' }).closed).toBe(closeCodes.proofRefused);
    expect(await connect({ key: newKioskKey() }).closed).toBe(closeCodes.proofRefused);
  });

  test('nothing but boot is accepted before boot, and silence ends the connection', async () => {
    const client = connect();
    await client.challenged;
    await expect(
      client.verify(randomUUID(), 'a'.repeat(32), 'RSSMRA80A01H501U'),
    ).rejects.toMatchObject({ code: 'notAccepted' });
    expect(await client.closed).toBeOneOf([closeCodes.deadline, 1006]);
    expect(await connect({ silent: true }).closed).toBeOneOf([closeCodes.deadline, 1006]);
  });
});

test('health, keys, and a port in use', async () => {
  for (const path of ['/livez', '/readyz']) {
    expect((await fetch(server.url + path)).status).toBe(200);
  }
  const keys = (await (await fetch(`${server.url}/.well-known/varco/keys.json`)).json()) as {
    keys: unknown[];
  };
  expect(keys.keys).toHaveLength(1);
  const port = Number(new URL(server.url).port);
  await expect(startServer(config(port))).rejects.toMatchObject({ code: 'portInUse' });
});

test('the log holds no codice fiscale, credential or URL', async () => {
  const [one] = people as [SeededPerson];
  const path = new URL(one.text).pathname;
  expect((await fetch(server.url + path)).status).toBe(404);
  server.app.sockets.log.info(
    { codiceFiscale: one.person.codiceFiscale, deep: { credentialId: one.credentialId } },
    `${one.person.codiceFiscale} ${one.text}`,
  );
  const text = logged.join('');
  expect(text).toContain('[codice fiscale]');
  for (const { person, credentialId, text: url } of people) {
    expect(text).not.toContain(person.codiceFiscale);
    expect(text).not.toContain(credentialId);
    expect(text.toUpperCase()).not.toContain(new URL(url).pathname.toUpperCase());
  }
});
