import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { type SeededPerson, seedPeople } from '../../../../scripts/sample/seed-people.ts';
import { requestKey } from '../../../../server/audit/request-key.ts';
import { verifyAudit } from '../../../../server/audit/verify-chain.ts';
import { generateKeyringFile, Keyring } from '../../../../server/keys/keyring.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { withoutHints } from '../../../../shared/verdict.ts';
import {
  administrator,
  enrolRequest,
  type FleetApp,
  makeSite,
  startFleetApp,
  until,
} from '../../../support/fleet-app.ts';
import { KioskClient, type KioskKey, newKioskKey } from '../../../support/kiosk-client.ts';

const program = fileURLToPath(new URL('../../../support/fleet-node.ts', import.meta.url));
const KIOSKS = 12;
const file = generateKeyringFile(0);
const keyring = new Keyring(file);

let postgres: Postgres;
let database: string;
let store: Store;
/** The test's own node: it has no kiosk, and sees and steers them all. */
let desk: FleetApp;
let people: SeededPerson[];

beforeAll(async () => {
  postgres = await startPostgres();
  database = await postgres.createDatabase();
  store = await openStore(database);
  desk = await startFleetApp(store, { keyring, node: 'desk' });
  people = await seedPeople(desk.app);
});
afterAll(async () => {
  await desk.app.stop();
  await store.close();
  await postgres.stop();
});

async function startNode(name: string): Promise<{ child: ChildProcess; url: string }> {
  const args = [database, JSON.stringify(file), name];
  const child = fork(program, args, { execArgv: ['--import', 'tsx'] });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

/** What stands before the nodes: it gives each connection to one in turn, and to another if that is gone. */
class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;
  url = '';

  constructor(nodes: readonly string[]) {
    this.#server = createServer((client) => {
      this.#turn += 1;
      this.#forward(client, nodes, this.#turn, nodes.length);
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  stop(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.#server.close();
  }

  #forward(client: Socket, nodes: readonly string[], turn: number, left: number): void {
    if (left === 0) {
      client.destroy();
      return;
    }
    const { hostname, port } = new URL(nodes[turn % nodes.length] ?? '');
    const node = connect(Number(port), hostname);
    this.#sockets.add(client).add(node);
    node.once('connect', () => {
      client.pipe(node).pipe(client);
      client.on('close', () => node.destroy());
      node.on('close', () => client.destroy());
    });
    node.once('error', () => this.#forward(client, nodes, turn + 1, left - 1));
    client.on('error', () => node.destroy());
  }
}

interface Kiosk {
  id: string;
  key: KioskKey;
  client: KioskClient;
  commands: string[];
}

/** Connects, and again when the node that it reached is gone. */
async function comeBack(kiosk: Omit<Kiosk, 'client'> & { client?: KioskClient }, url: string) {
  for (;;) {
    const client = new KioskClient({
      url,
      kioskId: kiosk.id,
      key: kiosk.key,
      handlers: {
        Command: ({ id }) => {
          kiosk.commands.push(id);
          return { status: 'done' };
        },
      },
    });
    try {
      await Promise.race([
        client.challenged,
        client.closed.then(() => Promise.reject(new Error())),
      ]);
      await client.boot();
      await client.status({ state: 'inService', peripherals: {} });
      kiosk.client = client;
      return;
    } catch {
      client.socket.terminate();
    }
  }
}

test('a node is killed under load: its kiosks move, nothing is lost and nothing doubled', async () => {
  const [a, b] = await Promise.all([startNode('node-a'), startNode('node-b')]);
  const balancer = new Balancer([a.url, b.url]);
  await balancer.start();
  const { fleet } = desk.app;
  const gates = await makeSite(desk.app, 'torino', KIOSKS);
  const codes = await fleet.enrolment.createCodes(administrator, gates);
  const kiosks = await Promise.all(
    codes.map(async ({ code }): Promise<Kiosk> => {
      const key = newKioskKey();
      const request = enrolRequest(code, key.publicKey);
      const outcome = await fleet.state.enrol(request, { address: '127.0.0.1' });
      const id = outcome.ok ? outcome.answer.kioskId : '';
      const kiosk = { id, key, commands: [] };
      await comeBack(kiosk, balancer.url);
      return kiosk as unknown as Kiosk;
    }),
  );

  // The desk's own node hears of all, and knows where each is.
  const nodes = () => gates.map((gate) => fleet.roster.get(gate)?.node);
  await until(desk.app, () => nodes().every((node) => node === 'node-a' || node === 'node-b'));
  expect(new Set(nodes()).size).toBe(2);
  await until(desk.app, () => fleet.summary().presence.online === KIOSKS);

  // A command given at one node is carried out by kiosks of two others, each once.
  const filter = { sites: ['torino'] };
  const command = { name: 'identify' } as const;
  const sent = await fleet.commands.send(administrator, { filter, command, count: KIOSKS });
  await expect
    .poll(
      async () => {
        const rows = await fleet.commands.list(administrator, { batch: sent[0]?.batch ?? '' });
        return rows.filter(({ state }) => state === 'done').length;
      },
      { timeout: 20_000 },
    )
    .toBe(KIOSKS);
  expect(kiosks.map(({ commands }) => commands.length)).toEqual(kiosks.map(() => 1));

  // Every kiosk asks without pause; what was not answered is asked again, with the same id.
  const answered = new Map<string, string>();
  let asking = true;
  let repeated = 0;
  const ask = async (kiosk: Kiosk, index: number) => {
    for (let turn = index; asking; turn += 1) {
      const { credentialId, person } = people[turn % people.length] as SeededPerson;
      const requestId = randomUUID();
      let answer: string | undefined;
      while (answer === undefined) {
        try {
          const given = await kiosk.client.verify(requestId, credentialId, person.codiceFiscale);
          answer = JSON.stringify(given);
        } catch {
          repeated += 1;
          await comeBack(kiosk, balancer.url);
        }
      }
      answered.set(requestKey(`kiosk:${kiosk.id}`, requestId), answer);
    }
  };
  const load = kiosks.map(ask);
  await expect.poll(() => answered.size, { timeout: 20_000 }).toBeGreaterThan(200);
  const before = answered.size;
  a.child.kill('SIGKILL');
  await once(a.child, 'exit');
  await expect.poll(() => answered.size, { timeout: 20_000 }).toBeGreaterThan(before + 200);
  asking = false;
  await Promise.all(load);
  expect(repeated).toBeGreaterThan(0);

  await until(desk.app, () => nodes().every((node) => node === 'node-b'));
  const rows = await store.db
    .selectFrom('audit')
    .select(['request', 'at', 'body'])
    .where('kind', '=', 'verification')
    .execute();
  expect(rows).toHaveLength(answered.size);
  const bodies = new Set(
    rows.map(({ at, body }) => {
      const { verdict } = JSON.parse(body);
      // These kiosks did not say that they read hints.
      return JSON.stringify({ verdict: withoutHints(verdict), decidedAt: at });
    }),
  );
  for (const answer of answered.values()) {
    expect(bodies.has(answer)).toBe(true);
  }
  expect(new Set(rows.map(({ request }) => request)).size).toBe(rows.length);
  expect((await verifyAudit(store, keyring)).problems).toEqual([]);

  // The other node serves commands for those that came to it.
  const again = await fleet.commands.send(administrator, { filter, command, count: KIOSKS });
  await expect
    .poll(
      async () => {
        const all = await fleet.commands.list(administrator, { batch: again[0]?.batch ?? '' });
        return all.filter(({ state }) => state === 'done').length;
      },
      { timeout: 20_000 },
    )
    .toBe(KIOSKS);
  for (const { client } of kiosks) {
    client.socket.terminate();
  }
  b.child.kill();
  await once(b.child, 'exit');
  balancer.stop();
}, 120_000);
