/** A server under measurement, in a process of its own, so that its CPU time is its alone. */
import type { AddressInfo } from 'node:net';
import type { WebSocketServer } from 'ws';
import { startServer } from '../../../server/main.ts';
import type { ServerConfig } from '../../../server/server-config.ts';
import { DEMO_POLICY } from '../../sample/demo-people.ts';
import { issueToSample } from '../../sample/sample-people.ts';
import { SITES } from './bench-sites.ts';
import { type MinimalPerson, minimalPeople, startEcho, startMinimal } from './minimal.ts';

/** What to serve; one argument, as JSON. */
export type Subject =
  | { kind: 'echo'; persons: number }
  | { kind: 'minimal'; path: string; persons: number }
  | { kind: 'varco'; config: ServerConfig; kiosks: number; persons: number; publicKey: string };

/** The process tells its URL once, and its CPU time whenever it is asked. */
export type Told =
  | { kind: 'ready'; url: string; people: MinimalPerson[] }
  | { kind: 'cpu'; micros: number };

const subject = JSON.parse(process.argv[2] ?? '') as Subject;
const tell = (told: Told) => process.send?.(told);

/** Does what an answer leaves for later, so that it is counted too. */
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
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.on('message', async () => {
  await settled();
  const { user, system } = process.cpuUsage();
  tell({ kind: 'cpu', micros: user + system });
});
process.on('disconnect', () => process.exit(0));
tell({ kind: 'ready', ...(await serve()) });
