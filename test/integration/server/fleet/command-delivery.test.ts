import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import type { Handlers } from '../../../../shared/protocol/peer.ts';
import {
  administrator,
  enrolKiosk,
  type FleetApp,
  makeSite,
  startFleetApp,
} from '../../../support/fleet-app.ts';
import { KioskClient } from '../../../support/kiosk-client.ts';

let folder: string;
let store: Store;
let server: FleetApp;
const clients: KioskClient[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-delivery-'));
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  server = await startFleetApp(store);
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.socket.terminate();
  }
  await server.app.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

async function bootedAt(gate: string, handlers: Handlers) {
  const kiosk = await enrolKiosk(server, gate, { handlers });
  clients.push(kiosk.client);
  await kiosk.client.boot();
  return kiosk;
}

const stateOf = async (id: string) =>
  (await server.app.fleet.commands.get(administrator, id)).state;

test('a kiosk that does not answer keeps nobody else waiting: their gate opens now or not at all', async () => {
  const [mute = '', open = ''] = await makeSite(server.app, 'torino', 2);
  let asked = () => {};
  const heard = new Promise<void>((resolve) => {
    asked = resolve;
  });
  await bootedAt(mute, {
    Command: () => {
      asked();
      return new Promise<never>(() => {});
    },
  });
  await bootedAt(open, { Command: () => ({ status: 'done' }) });
  const { commands } = server.app.fleet;
  const unanswered = commands.send(administrator, {
    filter: { gates: [mute] },
    command: { name: 'identify' },
  });
  await heard;
  const [opened] = await commands.send(administrator, {
    filter: { gates: [open] },
    command: { name: 'openOnce', reason: 'pram' },
  });
  expect(await stateOf(opened?.id ?? '')).toBe('done');
  // The mute one goes away: its command waits for it, and is over for whoever sent it.
  clients[0]?.socket.terminate();
  const [row] = await unanswered;
  expect(await stateOf(row?.id ?? '')).toBe('queued');
});

test('a kiosk that comes back on a new connection in the middle of a command gets it there', async () => {
  const [gate = ''] = await makeSite(server.app, 'torino', 1);
  const heard: string[] = [];
  let asked = () => {};
  const first = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { kioskId, key } = await bootedAt(gate, {
    Command: ({ id }) => {
      heard.push(id);
      asked();
      return new Promise<never>(() => {});
    },
  });
  const sent = server.app.fleet.commands.send(administrator, {
    filter: { gates: [gate] },
    command: { name: 'identify' },
  });
  await first;
  // The newer connection evicts the older: the answer on that one never comes.
  const newer = new KioskClient({
    url: server.url,
    kioskId,
    key,
    handlers: {
      Command: ({ id }) => {
        heard.push(id);
        return { status: 'done' };
      },
    },
  });
  clients.push(newer);
  await newer.challenged;
  await newer.boot();
  const [row] = await sent;
  await expect.poll(() => stateOf(row?.id ?? '')).toBe('done');
  expect(heard).toEqual([row?.id, row?.id]);
});
