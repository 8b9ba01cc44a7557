/** A server under measurement, in its own process so that its CPU time is its own. */
import type { WebSocketServer } from 'ws';
import { startServer } from '../../../server/main.ts';
import type { ServerConfig } from '../../../server/server-config.ts';
import { portOf } from '../../launch/port-of.ts';
import { DEMO_POLICY } from '../../sample/demo-people.ts';
import { issueToSample } from '../../sample/sample-people.ts';
import { SITES } from './bench-sites.ts';
import { type MinimalPerson, minimalPeople, startEcho, startMinimal } from './minimal.ts';

/** What to serve; the only argument, as JSON. */
export type Subject =
  | { kind: 'echo'; persons: number }
  | { kind: 'minimal'; path: string; persons: number }
  | { kind: 'varco'; config: ServerConfig; kiosks: number; persons: number; publicKey: string };

/** What the process sends: its URL when it is ready, and its CPU time on request. */
export type ServerReport =
  | { kind: 'ready'; url: string; people: MinimalPerson[] }
  | { kind: 'cpu'; micros: number };

const subject: Subject = JSON.parse(process.argv[2] ?? '');
const send = (message: ServerReport) => process.send?.(message);

/** Runs the work that answers leave for later, so that it is counted too. */
let settled: () => Promise<unknown> = async () => {};

async function serve(): Promise<{ url: string; people: MinimalPerson[] }> {
  switch (subject.kind) {
    case 'echo':
      return { url: await urlOf(startEcho()), people: minimalPeople(subject.persons) };
    case 'minimal': {
      const people = minimalPeople(subject.persons);
      return { url: await urlOf(startMinimal(subject.path, people)), people };
    }
    case 'varco': {
      const server = await startServer(subject.config);
      settled = () => server.app.housekeeping.run();
      const people = await issueToSample(server.app, { persons: subject.persons, seed: 1 });
      for (let index = 0; index < subject.kiosks; index += 1) {
        await server.app.fleet.registerKiosk({
          id: `bench-${index}`,
          publicKey: subject.publicKey,
          gate: `Gate ${index}`,
          site: `site-${index % SITES}`,
          policy: DEMO_POLICY,
        });
      }
      return { url: `${server.url.replace('http', 'ws')}/link`, people };
    }
  }
}

async function urlOf(server: WebSocketServer): Promise<string> {
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  return `ws://127.0.0.1:${portOf(server)}`;
}

process.on('message', async () => {
  await settled();
  const { user, system } = process.cpuUsage();
  send({ kind: 'cpu', micros: user + system });
});
process.on('disconnect', () => process.exit(0));
send({ kind: 'ready', ...(await serve()) });
