/** A server under measurement, in a process of its own: its memory and its CPU time are its alone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { defaultSocketLimits } from '../../../server/fleet/link/link-limits.ts';
import { startServer } from '../../../server/main.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { DEMO_POLICY } from '../../sample/demo-people.ts';
import { seedPeople } from '../../sample/seed-people.ts';
import type { ServerTold, Subject } from './bench-messages.ts';

const subject = JSON.parse(process.argv[2] ?? '') as Subject;
const tell = (told: ServerTold) => process.send?.(told);

/** The least that serves kiosks: HTTP, its upgrade, and ws that sends a message back. */
async function serveBare(): Promise<string> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (request, socket, head) =>
    server.handleUpgrade(request, socket, head, (opened) =>
      opened.on('message', (data) => opened.send(data, { binary: false })),
    ),
  );
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', () => resolve());
  });
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}/link`;
}

async function serveVarco({ config, kiosks, publicKey }: Subject & { kind: 'varco' }) {
  // Idle means idle: nobody is pinged within the measurement.
  const socketLimits = { ...defaultSocketLimits, pingEveryMs: 600_000, statusEveryMs: 600_000 };
  const isNew = await placeKiosks(config.database, kiosks, publicKey);
  const server = await startServer(config, { socketLimits });
  const seeded = isNew ? await seedPeople(server.app) : [];
  const people = seeded
    .filter(({ expected }) => expected.outcome === 'granted')
    .map(({ credentialId, person: { codiceFiscale } }) => ({ credentialId, codiceFiscale }));
  return { url: `${server.url.replace('http', 'ws')}/link`, people };
}

/** Writes the fleet before anybody follows it; answers whether it was not there yet. */
async function placeKiosks(database: string, count: number, publicKey: string): Promise<boolean> {
  const store = await openStore(database);
  try {
    if (await store.db.selectFrom('site').select('id').executeTakeFirst()) {
      return false;
    }
    const at = Date.now();
    const ids = Array.from({ length: count }, (_none, index) => `bench-${index}`);
    const blank = { place: '', note: '', created_at: at };
    const site = { id: 'bench', title: 'bench', client_certificate: 0, ...blank };
    const gate = { site: 'bench', policy: DEMO_POLICY, tags: '[]', boards: 1, ...blank };
    const kiosk = { public_key: publicKey, state: 'accepted', registered_at: at };
    await store.transaction(async (tx) => {
      await tx.insertInto('site').values(site).execute();
      for (const id of ids) {
        await tx
          .insertInto('gate')
          .values({ id, title: `Varco ${id}`, ...gate })
          .execute();
        await tx
          .insertInto('kiosk')
          .values({ id, gate: id, ...kiosk })
          .execute();
      }
    });
    return true;
  } finally {
    await store.close();
  }
}

/** Looked at until nothing more goes: sockets and code that are no more are given up one after another. */
const COLLECTIONS = 4;

async function collect(): Promise<void> {
  for (let round = 0; round < COLLECTIONS; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

process.on('message', async () => {
  const { user, system } = process.cpuUsage();
  await collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  tell({
    kind: 'usage',
    rssBytes: rss,
    heapBytes: heapUsed + external,
    cpuMicros: user + system,
  });
});
process.on('disconnect', () => process.exit(0));
tell({
  kind: 'ready',
  ...(subject.kind === 'bare' ? { url: await serveBare(), people: [] } : await serveVarco(subject)),
});
