/** Thousands of connected but idle kiosks, in a process of their own. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../../shared/protocol/frame.ts';
import { commandNames } from '../../../shared/protocol/kiosk-command.ts';
import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import { proofMessage } from '../../../shared/protocol/proof.ts';
import { VERSION } from '../../../shared/version.ts';
import { seededRandom } from '../../sample/seeded-random.ts';
import { machineAt, temperOf } from '../../simulated-fleet/lifelike.ts';
import type { ClientsMessage, ClientsRequest } from './bench-messages.ts';

/** Concurrent handshakes. */
const AT_ONCE = 64;
const HEARTBEAT = JSON.stringify([2, 'h', 'Status', { partial: true }]);

let sockets: WebSocket[] = [];
const send = (message: ClientsMessage) => process.send?.(message);

async function connect(url: string, index: number, key: KeyObject | undefined): Promise<void> {
  const socket = new WebSocket(url, key ? SUBPROTOCOL : [], { perMessageDeflate: false });
  socket.on('error', () => {});
  if (key) {
    await prove(socket, url, `bench-${index}`, key);
  } else {
    await once(socket, 'open');
  }
  sockets.push(socket);
}

async function prove(socket: WebSocket, url: string, kioskId: string, key: KeyObject) {
  const [challenge] = await once(socket, 'message');
  const [, id, , { nonce }] = JSON.parse(String(challenge));
  const time = Date.now();
  const message = proofMessage({ host: new URL(url).host, nonce, kioskId, time });
  const signature = sign(null, message, key).toString('base64url');
  socket.send(JSON.stringify([3, id, { kioskId, time, signature }]));
  const boot = { software: VERSION, startedAt: time, config, capabilities: commandNames };
  socket.send(JSON.stringify([2, 'b', 'Boot', boot]));
  await answered(socket, `${kioskId} was not accepted`);
  // The server keeps a kiosk's last status, which is part of what an idle kiosk costs.
  socket.send(JSON.stringify([2, 's', 'Status', statusOf(kioskId)]));
  await answered(socket, `The report of ${kioskId} was not taken`);
}

async function answered(socket: WebSocket, otherwise: string): Promise<void> {
  const [answer] = await once(socket, 'message');
  if (JSON.parse(String(answer))[0] !== 3) {
    throw new Error(otherwise);
  }
}

const config = { version: 0, status: 'running' as const };

function statusOf(kioskId: string): KioskStatus {
  const random = seededRandom(Number(kioskId.split('-')[1]));
  const parts = ['scanner', 'keypad', 'display', 'indicator', 'turnstile', 'speech'];
  return {
    state: 'inService',
    peripherals: Object.fromEntries(parts.map((part) => [part, { state: 'ready' as const }])),
    machine: machineAt(temperOf(random), 0, random),
    clock: { trust: 'synced', skewMs: 0 },
    link: { roundTripMs: 2, reconnects: 0 },
    config,
    software: VERSION,
    verifications: { granted: 0, denied: 0, unconfirmed: 0, otpRequired: 0, throttled: 0 },
  };
}

async function connectAll(request: Extract<ClientsRequest, { kind: 'connect' }>) {
  const { url, first, connections, privateKey } = request;
  const key = privateKey === undefined ? undefined : createPrivateKey(privateKey);
  const began = performance.now();
  let next = first;
  let failed = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < first + connections) {
        const index = next;
        next += 1;
        await connect(url, index, key).catch(() => {
          failed += 1;
        });
      }
    }),
  );
  send({ kind: 'connected', seconds: (performance.now() - began) / 1_000, failed });
}

/** Every kiosk sends one heartbeat a round and waits for the reply. */
async function beat(rounds: number): Promise<void> {
  const began = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < sockets.length; at += AT_ONCE) {
      await Promise.all(
        sockets.slice(at, at + AT_ONCE).map(async (socket) => {
          socket.send(HEARTBEAT);
          await once(socket, 'message');
        }),
      );
    }
  }
  const seconds = (performance.now() - began) / 1_000;
  send({ kind: 'beaten', heartbeats: rounds * sockets.length, seconds });
}

process.on('message', (request: ClientsRequest) => {
  switch (request.kind) {
    case 'connect':
      void connectAll(request);
      return;
    case 'heartbeats':
      void beat(request.rounds);
      return;
    case 'disconnect':
      for (const socket of sockets) {
        socket.terminate();
      }
      sockets = [];
      send({ kind: 'gone' });
  }
});
process.on('disconnect', () => process.exit(0));
send({ kind: 'ready' });
