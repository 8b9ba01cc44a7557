/** A server under measurement, in its own process so that memory and CPU time are its own. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { defaultSocketLimits } from '../../../server/fleet/link/link-limits.ts';
import { startServer } from '../../../server/main.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { portOf } from '../../launch/port-of.ts';
import { DEMO_POLICY } from '../../sample/demo-people.ts';
import { seedPeople } from '../../sample/seed-people.ts';
import type { ServerMessage, Subject } from './bench-messages.ts';

const subject: Subject = JSON.parse(process.argv[2] ?? '');
const send = (message: ServerMessage) => process.send?.(message);

/** The least a server of kiosks can be: HTTP, the upgrade, and ws that echoes messages. */
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
  return `ws://127.0.0.1:${portOf(http)}/link`;
}

async function serveVarco({ config, kiosks, publicKey }: Extract<Subject, { kind: 'varco' }>) {
  // No pings or reports while idle kiosks are measured.
  const socketLimits = { ...defaultSocketLimits, pingEveryMs: 600_000, statusEveryMs: 600_000 };
  const isNew = await registerKiosks(config.database, kiosks, publicKey);
  const server = await startServer(config, { socketLimits });
  const seeded = isNew ? await seedPeople(server.app) : [];
  const people = seeded
    .filter(({ expected }) => expected.outcome === 'granted')
    .map(({ credentialId, person: { codiceFiscale } }) => ({ credentialId, codiceFiscale }));
  return { url: `${server.url.replace('http', 'ws')}/link`, people };
}

/** Writes the fleet into the database, unless it has one. @returns whether it wrote one. */
async function registerKiosks(
  database: string,
  count: number,
  publicKey: string,
): Promise<boolean> {
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

/** Several, since freeing one object may make others collectable. */
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
  send({
    kind: 'usage',
    rssBytes: rss,
    heapBytes: heapUsed + external,
    cpuMicros: user + system,
  });
});
process.on('disconnect', () => process.exit(0));
const served =
  subject.kind === 'bare' ? { url: await serveBare(), people: [] } : await serveVarco(subject);
send({ kind: 'ready', ...served });
