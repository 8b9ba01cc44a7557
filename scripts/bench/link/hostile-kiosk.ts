/** A kiosk with a key that does what no kiosk does, without pause, in a process of its own. */
import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { systemClock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import { SUBPROTOCOL } from '../../../shared/protocol/frame.ts';
import type { StatusReport } from '../../../shared/protocol/kiosk-status.ts';
import { Peer } from '../../../shared/protocol/peer.ts';
import { proofMessage } from '../../../shared/protocol/proof.ts';
import type { HostileOrders } from './bench-messages.ts';

const TIMEOUT_MS = 5_000;
const OVERSIZE = 'x'.repeat(70_000);
const { url, kioskId, privateKey, hostility }: HostileOrders = JSON.parse(process.argv[2] ?? '');
const key = createPrivateKey(privateKey);
let turn = 0;

async function connectOnce(): Promise<void> {
  const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false });
  socket.on('error', () => {});
  const peer = new Peer({
    send: (text) => socket.send(text),
    clock: systemClock,
    handlers: {
      Challenge: ({ nonce }) => {
        const time = Date.now();
        const message = proofMessage({ host: new URL(url).host, nonce, kioskId, time });
        return { kioskId, time, signature: sign(null, message, key).toString('base64url') };
      },
    },
  });
  let isOpen = true;
  socket.on('message', (data) => peer.receive(String(data)));
  socket.on('close', () => {
    isOpen = false;
    peer.close();
  });
  await once(socket, 'open');
  await peer.call('Boot', { software: 'hostile', startedAt: 1 }, { timeoutMs: TIMEOUT_MS });
  while (isOpen) {
    turn += 1;
    if (hostility === 'size') {
      socket.send(OVERSIZE);
      await once(socket, 'close');
    } else {
      await peer.call('Status', report(turn), { timeoutMs: TIMEOUT_MS }).catch(() => {});
    }
  }
}

function report(number: number): StatusReport {
  const letters = (value: number) => [...String(value)].map((digit) => 'abcdefghij'[Number(digit)]);
  const name = {
    names: (part: number) => `${number}.${part}.`.padEnd(64, 'x'),
    parts: (part: number) => `part${letters(number).join('')}x${letters(part).join('')}`,
    reports: (part: number) => `part${letters(part).join('')}`,
    size: () => 'part',
  }[hostility];
  const parts = Array.from({ length: hostility === 'names' ? 130 : 60 }, (_none, part) => [
    name(part),
    { state: 'ready', reason: String(number) },
  ]);
  const peripherals = Object.fromEntries(parts);
  return number === 1 ? { state: 'inService', peripherals } : { partial: true, peripherals };
}

for (;;) {
  try {
    await connectOnce();
  } catch (error) {
    if (errorCode(error) === 'ECONNREFUSED') {
      process.exit(0);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
