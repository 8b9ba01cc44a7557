import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../../server/app.ts';
import type { SocketLimits } from '../../../server/fleet/link/link-limits.ts';
import { closeCodes, defaultSocketLimits } from '../../../server/fleet/link/link-limits.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { PARTS_MAX } from '../../../shared/protocol/kiosk-status.ts';
import { administrator } from '../../support/fleet-app.ts';
import { KioskClient, type KioskKey, newKioskKey } from '../../support/kiosk-client.ts';
import { startApp } from '../../support/server-app.ts';

let store: Store;
let app: App;
let url: string;
let key: KioskKey;
const clients: KioskClient[] = [];
const sockets = new Set<Socket>();

async function start(limits: Partial<SocketLimits> = {}): Promise<void> {
  store = await openStore('sqlite::memory:');
  app = await startApp(store, { socketLimits: { ...defaultSocketLimits, ...limits } });
  url = await app.serve();
  key = newKioskKey();
  for (const id of ['gate-1', 'gate-2']) {
    const place = { gate: id, site: 'torino', policy: 'trasporto-piemonte' };
    await app.fleet.registerKiosk({ id, publicKey: key.publicKey, ...place });
  }
}

afterEach(async () => {
  for (const { socket } of clients.splice(0)) {
    socket.terminate();
  }
  for (const socket of sockets) {
    socket.destroy();
  }
  await app.stop();
  await store.close();
});

function open(kioskId: string): KioskClient {
  const client = new KioskClient({ url, kioskId, key });
  clients.push(client);
  return client;
}

async function boot(kioskId: string, startedAt = 0): Promise<KioskClient> {
  const client = open(kioskId);
  await client.challenged;
  await client.peer.call('Boot', { software: 'test', startedAt }, { timeoutMs: 5_000 });
  return client;
}

const letters = (value: number) =>
  [...String(value)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
const parts = (prefix: string, count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_none, part) => [
      `${prefix}${letters(part)}`,
      { state: 'ready' } as const,
    ]),
  );

/** Who is told of it, on the page of the gate. */
async function openKinds(): Promise<string[]> {
  await app.fleet.alerts.step(true);
  const alerts = await app.fleet.alerts.list(administrator, { open: true });
  return alerts.map(({ kind, gate }) => `${kind} ${gate}`);
}

describe('a kiosk that sends more than a kiosk has', () => {
  beforeEach(() => start());

  test('partial reports that add up end its link as a flood, with an alert', async () => {
    const one = await boot('gate-1');
    const two = await boot('gate-2');
    await one.status({ state: 'inService', peripherals: parts('a', PARTS_MAX) });
    await two.status({ state: 'inService', peripherals: parts('a', 1) });
    const more = one.status({ partial: true, peripherals: parts('b', 1) });
    await expect(more).rejects.toMatchObject({ code: 'closed' });
    expect(await one.closed).toBe(closeCodes.flood);
    const known = app.fleet.roster.get('gate-1')?.lastReport?.status?.peripherals ?? {};
    expect(Object.keys(known)).toHaveLength(PARTS_MAX);
    await expect.poll(openKinds, { timeout: 10_000 }).toEqual(['flood gate-1']);
    // Its neighbour notices nothing, and it is refused itself.
    await two.status({ partial: true });
    const again = open('gate-1');
    expect(await again.closed).toBe(closeCodes.flood);
  });

  test('a part is removed before another one comes', async () => {
    const one = await boot('gate-1');
    await one.status({ state: 'inService', peripherals: parts('a', PARTS_MAX) });
    await one.status({ partial: true, peripherals: { aa: null, b: { state: 'ready' } } });
    await one.status({ partial: true });
  });

  test.each(['RSSMRA80A01H501U', 'x'.repeat(65), '1.scanner', 'a b', 'scanner<b>'])(
    'the part name %j is refused',
    async (part) => {
      const one = await boot('gate-1');
      const report = { state: 'inService', peripherals: { [part]: { state: 'ready' } } } as const;
      const text = JSON.stringify([2, 's', 'Status', report]).replace(
        '"peripherals":{}',
        `"peripherals":{"${part}":{"state":"ready"}}`,
      );
      one.socket.send(text);
      await expect.poll(() => one.received.at(-1)).toContain('payloadInvalid');
    },
  );

  test('a message beyond the size ends its link as a flood, with an alert', async () => {
    const one = await boot('gate-1');
    one.socket.send('x'.repeat(70_000));
    await one.closed;
    await expect.poll(openKinds, { timeout: 10_000 }).toEqual(['flood gate-1']);
  });

  test('reports without pause: some are refused, then the link ends', async () => {
    const one = await boot('gate-1');
    await one.status({ state: 'inService', peripherals: {} });
    const codes = new Set<string>();
    for (let sent = 0; sent < 400; sent += 1) {
      const code = await one.status({ partial: true }).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      );
      codes.add(code);
      if (code === 'closed') {
        break;
      }
    }
    expect([...codes]).toEqual(['taken', 'busy', 'closed']);
    expect(await one.closed).toBe(closeCodes.flood);
  });

  test('counts of any size fit into the hour, whatever they add up to', async () => {
    const verifications = {
      ...{ granted: Number.MAX_SAFE_INTEGER, denied: 0, unconfirmed: 0 },
      ...{ otpRequired: 0, throttled: 0 },
    };
    for (let run = 1; run <= 3; run += 1) {
      const one = await boot('gate-1', run);
      await one.status({ state: 'inService', peripherals: {}, verifications });
    }
    await app.fleet.state.settle();
    const rows = await store.db.selectFrom('outcome_hour').select('granted').execute();
    expect(rows.map(({ granted }) => granted)).toEqual([3_000_000]);
  });
});

describe('two boards with one key', () => {
  beforeEach(() => start());

  test('a link that breaks and a program that restarts are one board', async () => {
    for (const run of [1, 1, 1, 2, 2, 3]) {
      await boot('gate-1', run);
    }
    expect(await openKinds()).toEqual([]);
  });

  test('runs that displace each other are two, until the key is revoked', async () => {
    for (const run of [1, 2, 1]) {
      await boot('gate-1', run);
    }
    expect(await openKinds()).toEqual([]);
    await boot('gate-1', 2);
    await expect.poll(openKinds, { timeout: 10_000 }).toEqual(['twoBoards gate-1']);
    await app.fleet.kiosks.revoke(administrator, 'gate-1', 'copied card');
    await expect.poll(openKinds, { timeout: 10_000 }).toEqual([]);
  });
});

describe('sockets that say nothing', () => {
  test('a kiosk gets in eight times of eight while its own address floods', async () => {
    await start({ provingMax: 32 });
    const port = Number(new URL(url).port);
    let opened = 0;
    const fill = () => {
      while (sockets.size < 64) {
        const socket = connect(port, '127.0.0.1', () => {
          opened += 1;
          const nonce = Buffer.from(randomUUID().slice(0, 16)).toString('base64');
          const lines = ['GET /link HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Upgrade: websocket'];
          lines.push(
            'Connection: Upgrade',
            'Sec-WebSocket-Version: 13',
            `Sec-WebSocket-Key: ${nonce}`,
          );
          socket.write([...lines, 'Sec-WebSocket-Protocol: varco.v1', '', ''].join('\r\n'));
        });
        sockets.add(socket);
        const gone = () => sockets.delete(socket);
        socket.on('close', gone).on('error', gone).resume();
      }
    };
    const feeder = setInterval(fill, 20);
    try {
      await expect.poll(() => opened).toBeGreaterThan(100);
      for (let attempt = 0; attempt < 8; attempt += 1) {
        const one = await boot('gate-1');
        await one.status({ state: 'inService', peripherals: {} });
      }
    } finally {
      clearInterval(feeder);
    }
  });
});
