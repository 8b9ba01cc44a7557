import { spawn } from 'node:child_process';
import { randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Commands } from '../../../device/remote/commands/commands.ts';
import type { CommandEnd } from '../../../server/fleet/bus/fleet-events.ts';
import { closeCodes } from '../../../server/fleet/link/link-limits.ts';
import type { DisconnectReason, LinkListener } from '../../../server/fleet/link/link-listener.ts';
import { systemClock } from '../../../shared/clock.ts';
import { SUBPROTOCOL } from '../../../shared/protocol/frame.ts';
import type { CommandAnswer } from '../../../shared/protocol/kiosk-command.ts';
import { proofMessage } from '../../../shared/protocol/proof.ts';
import { countAttacks } from '../../support/attack-counts.ts';
import { type Authority, newAuthority } from '../../support/certificates.ts';
import { DeadCable } from '../../support/half-open.ts';
import { admit, newPair, TestLink } from '../../support/link-events.ts';
import { type LinkServer, startLinkServer } from '../../support/link-server.ts';

const { privateKey, publicKey } = newPair();
const undo: (() => unknown)[] = [];
let authority: Authority;

beforeAll(async () => {
  authority = await newAuthority('The authority of a test');
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) {
    await step();
  }
});

type Options = NonNullable<Parameters<typeof startLinkServer>[0]>;

async function listen(over: 'plain' | 'tls', options: Options = {}): Promise<LinkServer> {
  const pair = over === 'tls' ? await authority.server(['127.0.0.1']) : undefined;
  const server = await startLinkServer({
    ...options,
    ...(pair
      ? {
          tls: {
            cert: Buffer.from(pair.cert),
            key: Buffer.from(pair.key),
            minVersion: 'TLSv1.2',
            handshakeTimeout: 10_000,
            requestCert: false,
            rejectUnauthorized: false,
          },
        }
      : {}),
  });
  undo.push(() => server.stop());
  admit(server, publicKey);
  return server;
}

function dial(
  server: LinkServer,
  options: Partial<ConstructorParameters<typeof TestLink>[0]> = {},
) {
  const link = new TestLink({
    url: server.linkUrl,
    privateKey,
    tls: { ca: authority.ca },
    ...options,
  });
  undo.push(() => link.link.stop());
  return link;
}

type Frame = [number, string, ...unknown[]];

/** A client that keeps to no rule. */
class Raw {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;
  readonly #host: string;
  #wake = () => {};

  constructor(server: LinkServer, subprotocol: string | string[] = SUBPROTOCOL) {
    this.#host = new URL(server.url).host;
    this.socket = new WebSocket(server.linkUrl, subprotocol, { ca: authority.ca });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code) => resolve(code));
    });
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)));
      this.#wake();
    });
    undo.push(() => this.socket.terminate());
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  async next(): Promise<Frame> {
    while (this.frames.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.frames.shift() as Frame;
  }

  proof(nonce: string, claims: { kioskId?: string; time?: number; host?: string } = {}) {
    const { kioskId = 'gate-1', time = Date.now(), host = this.#host } = claims;
    const message = proofMessage({ host, nonce, kioskId, time });
    return { kioskId, time, signature: sign(null, message, privateKey).toString('base64url') };
  }

  /** Answers the challenge rightly; resolves with the answer to the boot that follows. */
  async boot(): Promise<Frame> {
    const [, id, , challenge] = await this.next();
    this.send([3, id, this.proof((challenge as { nonce: string }).nonce)]);
    this.send([2, 'b', 'Boot', { software: 'raw', startedAt: 0 }]);
    return this.next();
  }
}

const verification = () => ({
  requestId: randomUUID(),
  credentialId: '0'.repeat(32),
  codiceFiscale: 'RSSMRA80A01H501U',
});

describe.each(['plain', 'tls'] as const)('over %s', (over) => {
  test('a proof is good once, here, now, for its own kiosk; a revoked key never', async () => {
    const server = await listen(over);
    const first = new Raw(server);
    const [, id, , challenge] = await first.next();
    const { nonce } = challenge as { nonce: string };
    const heard = first.proof(nonce);
    first.send([3, id, heard]);
    first.send([2, 'b', 'Boot', { software: 'raw', startedAt: 0 }]);
    expect((await first.next())[0]).toBe(3);

    const tries: [string, (raw: Raw, nonce: string) => object][] = [
      ['replayed', () => heard],
      ['for another host', (raw, fresh) => raw.proof(fresh, { host: 'altrove.example' })],
      ['of an unknown kiosk', (raw, fresh) => raw.proof(fresh, { kioskId: 'gate-9' })],
      ['six minutes late', (raw, fresh) => raw.proof(fresh, { time: Date.now() - 360_000 })],
      ['six minutes early', (raw, fresh) => raw.proof(fresh, { time: Date.now() + 360_000 })],
    ];
    for (const [name, forge] of tries) {
      const raw = new Raw(server);
      const [, call, , asked] = await raw.next();
      raw.send([3, call, forge(raw, (asked as { nonce: string }).nonce)]);
      expect(await raw.closed, name).toBe(closeCodes.proofRefused);
    }
    server.kiosks.delete('gate-1');
    const revoked = new Raw(server);
    void revoked.boot();
    expect(await revoked.closed).toBe(closeCodes.proofRefused);
    expect(first.socket.readyState).toBe(WebSocket.OPEN);
    server.sockets.kiosks.disconnect('gate-1', 'revoked');
    expect(await first.closed).toBe(closeCodes.revoked);
  });

  test('messages in the wrong order get nothing, and harm nobody', async () => {
    const server = await listen(over);
    const raw = new Raw(server);
    const [, id, , challenge] = await raw.next();
    raw.send([2, 'v', 'Verify', verification()]);
    expect(await raw.next()).toEqual([4, 'v', 'notAccepted', {}]);
    raw.send([2, 's', 'Status', { partial: true }]);
    expect(await raw.next()).toEqual([4, 's', 'notAccepted', {}]);
    raw.send([3, 'nobody-asked', {}]);
    raw.send([2, 'c', 'Challenge', challenge]);
    expect(await raw.next()).toEqual([4, 'c', 'unknownAction', {}]);
    // Boot before the proof waits for it, and follows it.
    raw.send([2, 'b', 'Boot', { software: 'raw', startedAt: 0 }]);
    raw.send([3, id, raw.proof((challenge as { nonce: string }).nonce)]);
    expect((await raw.next()).slice(0, 2)).toEqual([3, 'b']);
    // A second answer to the same challenge is an answer to nothing.
    raw.send([3, id, raw.proof('A'.repeat(43))]);
    raw.send([2, 'v', 'Verify', verification()]);
    expect((await raw.next()).slice(0, 2)).toEqual([3, 'v']);
  });

  test('a frame of 1 MB ends its connection, and another kiosk is served meanwhile', async () => {
    const server = await listen(over);
    admit(server, publicKey, 'gate-2');
    const other = dial(server, { kioskId: 'gate-2' }).start();
    await other.next('up');
    const raw = new Raw(server);
    await raw.boot();
    raw.send('x'.repeat(1_048_576));
    expect(await raw.closed).toBeOneOf([1009, 1006]);
    const { verdict } = await other.link.call('Verify', verification(), 5_000);
    expect(verdict.outcome).toBe('granted');
  });

  test('10,000 messages in a second end their connection; few are answered, others are served', async () => {
    const gone: DisconnectReason[] = [];
    const listener: LinkListener = {
      admit: async () => ({ status: 'accepted' }),
      disconnected: (kiosk, _info, reason) => kiosk.id === 'gate-1' && gone.push(reason),
    };
    const server = await listen(over, { listener });
    admit(server, publicKey, 'gate-2');
    const other = dial(server, { kioskId: 'gate-2' }).start();
    await other.next('up');
    const raw = new Raw(server);
    await raw.boot();
    for (let index = 0; index < 10_000; index += 1) {
      raw.send([2, String(index), 'Status', { partial: true }]);
    }
    expect(await raw.closed).toBeOneOf([closeCodes.flood, 1006]);
    expect(raw.frames.length).toBeLessThan(1_000);
    countAttacks({ inputs: 10_000, refused: 10_000 - raw.frames.length });
    const { verdict } = await other.link.call('Verify', verification(), 5_000);
    expect(verdict.outcome).toBe('granted');
    expect(gone).toEqual(['flood']);
  });

  test('who connects and says nothing, or says it drop by drop, is let go', async () => {
    const server = await listen(over, { limits: { acceptDeadlineMs: 200, headDeadlineMs: 400 } });
    const silent = new Raw(server);
    expect(await silent.closed).toBeOneOf([closeCodes.deadline, 1006]);
    const port = Number(new URL(server.url).port);
    const socket: Socket =
      over === 'tls'
        ? connectTls({ port, host: '127.0.0.1', ca: authority.ca })
        : connectPlain(port, '127.0.0.1');
    undo.push(() => socket.destroy());
    const drops = 'GET /link HTTP/1.1\r\nHost: varco.example.it\r\nX-Slow: '.split('');
    let dripping = true;
    const drip = () => {
      const drop = drops.shift() ?? 'a';
      if (dripping) {
        socket.write(drop, () => setTimeout(drip, 20));
      }
    };
    socket.on('error', () => {});
    socket.resume();
    socket.once(over === 'tls' ? 'secureConnect' : 'connect', drip);
    await once(socket, 'close');
    dripping = false;
  });
});

test('a kiosk that freezes is found within two intervals, and found again when it thaws', async () => {
  const gone: DisconnectReason[] = [];
  let tell = () => {};
  const listener: LinkListener = {
    admit: async () => ({ status: 'accepted' }),
    booted: () => tell(),
    disconnected(_kiosk, _info, reason) {
      gone.push(reason);
      tell();
    },
  };
  const happens = () =>
    new Promise<void>((resolve) => {
      tell = resolve;
    });
  const limits = { pingEveryMs: 400, pongDeadlineMs: 300 };
  const server = await listen('plain', { listener, limits });
  const keyFile = join(server.folder, 'kiosk.key');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const script = fileURLToPath(new URL('../../support/frozen-kiosk.ts', import.meta.url));
  const up = happens();
  const child = spawn(process.execPath, ['--import', 'tsx', script, server.linkUrl, keyFile]);
  undo.push(() => child.kill('SIGKILL'));
  await up;
  const lost = happens();
  child.kill('SIGSTOP');
  await lost;
  expect(gone).toEqual(['deadline']);
  const back = happens();
  child.kill('SIGCONT');
  await back;
});

test('a server behind a dead cable is found by the kiosk, though nothing was closed', async () => {
  const server = await listen('plain');
  const cable = new DeadCable(Number(new URL(server.url).port));
  const url = `ws://127.0.0.1:${await cable.start()}/link`;
  undo.push(() => cable.stop());
  const link = dial(server, { url, heartbeat: { everyMs: 200, deadlineMs: 150 } }).start();
  await link.next('up');
  cable.die();
  expect(await link.next('down')).toBe('down noPong');
});

test('a kiosk behind a dead cable is found by the server, which then takes it on another one', async () => {
  const gone: DisconnectReason[] = [];
  let lost = () => {};
  const found = new Promise<void>((resolve) => {
    lost = resolve;
  });
  const listener: LinkListener = {
    admit: async () => ({ status: 'accepted' }),
    disconnected(_kiosk, _info, reason) {
      gone.push(reason);
      lost();
    },
  };
  const server = await listen('plain', {
    listener,
    limits: { pingEveryMs: 200, pongDeadlineMs: 150 },
  });
  const cable = new DeadCable(Number(new URL(server.url).port));
  const url = `ws://127.0.0.1:${await cable.start()}/link`;
  undo.push(() => cable.stop());
  // It looks for the server itself much later: whoever finds out is the server.
  const link = dial(server, { url, heartbeat: { everyMs: 60_000, deadlineMs: 30_000 } }).start();
  await link.next('up');
  cable.die();
  await found;
  expect(gone).toEqual(['deadline']);
  expect(server.sockets.kiosks.ids()).toEqual([]);
  const again = dial(server).start();
  await again.next('up');
  expect((await again.link.call('Verify', verification(), 5_000)).verdict.outcome).toBe('granted');
});

test('a kiosk that leaves while it is let in was never there', async () => {
  const told: string[] = [];
  let asked = () => {};
  let letIn = () => {};
  let left = () => {};
  const asking = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const leaving = new Promise<void>((resolve) => {
    left = resolve;
  });
  const listener: LinkListener = {
    async admit() {
      asked();
      await new Promise<void>((resolve) => {
        letIn = resolve;
      });
      return { status: 'accepted' };
    },
    booted: () => told.push('booted'),
    disconnected() {
      told.push('gone');
      left();
    },
  };
  const server = await listen('plain', { listener });
  const raw = new Raw(server);
  void raw.boot();
  await asking;
  raw.socket.terminate();
  await leaving;
  letIn();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(['gone']);
  expect(server.sockets.kiosks.takesCalls('gate-1')).toBe(false);
});

test('a server killed in the middle of a command: it is done once, and its end is reported after all', async () => {
  const ends: CommandEnd[] = [];
  let told = () => {};
  const listener: LinkListener = {
    admit: async () => ({ status: 'accepted' }),
    commandResult(_kiosk, end) {
      ends.push(end);
      told();
    },
  };
  const first = await listen('plain', { listener });
  let tests = 0;
  let finish = () => {};
  const link = dial(first);
  const commands = new Commands({
    gate: {
      phase: () => ({ name: 'idle' }),
      selfTest: () => {
        tests += 1;
        return new Promise((resolve) => {
          finish = () => resolve([{ part: 'clock', result: 'passed' }]);
        });
      },
    } as unknown as ConstructorParameters<typeof Commands>[0]['gate'],
    link: link.link,
    clock: systemClock,
    log: { info: () => {}, warn: () => {} },
  });
  link.start({ command: (id, command) => commands.execute(id, command) });
  await link.next('up');
  const id = randomUUID();
  const command = { id, command: { name: 'selfTest' as const } };
  const answer = (server: LinkServer): Promise<CommandAnswer> =>
    server.sockets.kiosks.call('gate-1', 'Command', command, { timeoutMs: 5_000 });
  expect(await answer(first)).toEqual({ status: 'accepted' });
  const port = Number(new URL(first.url).port);
  await first.stop();
  await link.next('down');
  const second = await listen('plain', { listener, port });
  await link.next('up');
  // The server asks what became of it: the same command is not another one.
  expect(await answer(second)).toEqual({ status: 'accepted' });
  expect(tests).toBe(1);
  const end = new Promise<void>((resolve) => {
    told = resolve;
  });
  finish();
  await end;
  expect(ends).toMatchObject([{ id, outcome: 'done', type: 'application/json' }]);
});

test('a kiosk of another version of the protocol is refused', async () => {
  const server = await listen('plain');
  const both = new Raw(server, [SUBPROTOCOL, 'varco.v2']);
  await both.boot();
  expect(both.socket.protocol).toBe(SUBPROTOCOL);
  expect(await new Raw(server, 'varco.v2').closed).toBe(1006);
});
