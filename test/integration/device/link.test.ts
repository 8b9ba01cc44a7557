import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { BootAnswer } from '../../../device/link/kiosk-link.ts';
import { Link } from '../../../device/link/link.ts';
import { systemClock } from '../../../shared/clock.ts';
import { SUBPROTOCOL } from '../../../shared/protocol/frame.ts';
import { proofMessage } from '../../../shared/protocol/proof.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const nonce = Buffer.alloc(32, 7).toString('base64url');
const verifyRequest = {
  requestId: '3b241101-e2bb-4255-8caf-4136c566a962',
  credentialId: '0'.repeat(32),
  codiceFiscale: 'RSSMRA80A01H501U',
};
const accepted = {
  status: 'accepted',
  serverTime: 1,
  intervalMs: 100,
  gate: { name: 'g', policy: 'p' },
  hosts: ['varco.example.it'],
  credentialKeys: [{ keyId: '00000000', publicKey: 'A'.repeat(43) }],
};

type Frame = [number, string, ...unknown[]];

let server: WebSocketServer;
let link: Link;
let host: string;

/** The next thing that the link reports. */
class Reports {
  readonly seen: string[] = [];
  #wake = () => {};
  readonly events = {
    up: (_boot: BootAnswer) => this.#note('up'),
    down: (reason: string) => this.#note(`down ${reason}`),
  };

  #note(report: string): void {
    this.seen.push(report);
    this.#wake();
  }

  async until(report: string): Promise<void> {
    while (!this.seen.some((one) => one.startsWith(report))) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  link = new Link({
    url: `ws://${host}/link`,
    identity: { kioskId: 'k1', sign: (message) => sign(null, message, privateKey) },
    software: 'test',
    clock: systemClock,
    // Half the ceiling: quick enough for a test, and never at once.
    random: () => 0.1,
    status: () => ({ state: 'inService', peripherals: {} }),
  });
});

afterEach(async () => {
  link.stop();
  for (const client of server.clients) {
    client.terminate();
  }
  await new Promise((resolve) => server.close(resolve));
});

/** Serves a kiosk as far as told: challenge, boot, then `answer` for everything after. */
function serve(
  answer: (frame: Frame, socket: WebSocket) => void,
  boot: object = accepted,
): Frame[] {
  const frames: Frame[] = [];
  server.on('connection', (socket) => {
    socket.send(JSON.stringify([2, 's1', 'Challenge', { nonce, serverTime: 1 }]));
    socket.on('message', (data) => {
      const frame: Frame = JSON.parse(data.toString());
      frames.push(frame);
      if (frame[2] === 'Boot') {
        socket.send(JSON.stringify([3, frame[1], boot]));
      } else if (frame[0] === 2) {
        answer(frame, socket);
      }
    });
  });
  return frames;
}

test('proves who it is, bound to host, nonce and time, before it boots', async () => {
  const frames = serve(() => {});
  const reports = new Reports();
  link.start(reports.events);
  await reports.until('up');
  const [type, id, proof] = frames[0] as [number, string, Record<string, string | number>];
  expect([type, id]).toEqual([3, 's1']);
  const claims = { host, nonce, kioskId: 'k1', time: Number(proof.time) };
  const signature = Buffer.from(String(proof.signature), 'base64url');
  expect(verify(null, proofMessage(claims), publicKey, signature)).toBe(true);
  const elsewhere = proofMessage({ ...claims, host: 'evil.example' });
  expect(verify(null, elsewhere, publicKey, signature)).toBe(false);
  expect(frames[1]?.[2]).toBe('Boot');
  expect([...server.clients][0]?.protocol).toBe(SUBPROTOCOL);
});

test('asks, is answered, and reports its status', async () => {
  let reported = () => {};
  const statusSeen = new Promise<void>((resolve) => {
    reported = resolve;
  });
  serve((frame, socket) => {
    const verdict = { outcome: 'denied', reason: 'notCovered' };
    const body = frame[2] === 'Verify' ? { verdict, decidedAt: 1 } : { serverTime: 1 };
    socket.send(JSON.stringify([3, frame[1], body]));
    if (frame[2] === 'Status') {
      reported();
    }
  });
  const reports = new Reports();
  link.start(reports.events);
  await reports.until('up');
  const { verdict } = await link.call('Verify', verifyRequest, 1_000);
  expect(verdict).toEqual({ outcome: 'denied', reason: 'notCovered' });
  await statusSeen;
});

test('a server that goes away fails what waits, and is found again', async () => {
  serve((frame, socket) => {
    if (frame[2] === 'Verify') {
      socket.terminate();
    }
  });
  const reports = new Reports();
  link.start(reports.events);
  await reports.until('up');
  await expect(link.call('Verify', verifyRequest, 1_000)).rejects.toMatchObject({ code: 'closed' });
  await reports.until('down');
  await expect(link.call('Verify', verifyRequest, 1_000)).rejects.toMatchObject({ code: 'closed' });
  reports.seen.length = 0;
  await reports.until('up');
});

describe('never reports up to', () => {
  test.each([
    ['a server that rejects it', { status: 'rejected', serverTime: 1, retryAfterMs: 1_000 }],
    ['an answer of another shape', { status: 'accepted' }],
  ])('%s', async (_name, boot) => {
    serve(() => {}, boot);
    const reports = new Reports();
    link.start(reports.events);
    await reports.until('down');
    expect(reports.seen).not.toContain('up');
  });

  test('a server that speaks in bytes', async () => {
    server.on('connection', (socket) => socket.send(Buffer.from([1, 2, 3])));
    const reports = new Reports();
    link.start(reports.events);
    await reports.until('down');
    expect(reports.seen).not.toContain('up');
  });
});

test('stop leaves nothing behind', async () => {
  serve(() => {});
  const reports = new Reports();
  link.start(reports.events);
  await reports.until('up');
  const [socket] = server.clients;
  link.stop();
  if (socket && socket.readyState !== socket.CLOSED) {
    await once(socket, 'close');
  }
  expect(reports.seen).toEqual(['up']);
});
