/** A server under measurement, in a process of its own: its memory and its CPU time are its alone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { defaultSocketLimits } from '../../../server/fleet/link-limits.ts';
import { startServer } from '../../../server/main.ts';
import { DEMO_POLICY } from '../../demo/people.ts';
import { seedPeople } from '../../demo/seed.ts';
import type { ServerTold, Subject } from './messages.ts';

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
  const server = await startServer(config, { socketLimits });
  const place = { site: 'bench', policy: DEMO_POLICY };
  const known = await server.app.fleet.findKiosk('bench-0');
  for (let index = known ? kiosks : 0; index < kiosks; index += 1) {
    const id = `bench-${index}`;
    await server.app.fleet.registerKiosk({ id, publicKey, gate: `Gate ${index}`, ...place });
  }
  const seeded = known ? [] : await seedPeople(server.app);
  const people = seeded
    .filter(({ expected }) => expected.outcome === 'granted')
    .map(({ credentialId, person: { codiceFiscale } }) => ({ credentialId, codiceFiscale }));
  return { url: `${server.url.replace('http', 'ws')}/link`, people };
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
