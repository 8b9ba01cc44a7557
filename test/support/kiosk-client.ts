import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { systemClock } from '../../shared/clock.ts';
import { SUBPROTOCOL } from '../../shared/protocol/frame.ts';
import type { StatusReport } from '../../shared/protocol/kiosk-status.ts';
import { type Handlers, Peer } from '../../shared/protocol/peer.ts';
import { type ProofClaims, proofMessage } from '../../shared/protocol/proof.ts';

/** An Ed25519 key of a kiosk under test. */
export interface KioskKey {
  privateKey: KeyObject;
  /** 32 bytes, base64url. */
  publicKey: string;
}

export function newKioskKey(): KioskKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: String(publicKey.export({ format: 'jwk' }).x) };
}

/** A kiosk's end of the link for tests of the server; `forge` changes what is proven. */
export class KioskClient {
  readonly socket: WebSocket;
  readonly peer: Peer;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  /** Resolves when the challenge was answered. */
  readonly challenged: Promise<void>;
  /** Every text the server sent, in order. */
  readonly received: string[] = [];

  constructor(options: {
    url: string;
    kioskId: string;
    key: KioskKey;
    forge?: (claims: ProofClaims) => ProofClaims;
    silent?: boolean;
    /** What the kiosk does when it is called, beside the challenge. */
    handlers?: Handlers;
  }) {
    const { kioskId, key, forge = (claims) => claims } = options;
    const host = new URL(options.url).host;
    this.socket = new WebSocket(`${options.url.replace('http', 'ws')}/link`, SUBPROTOCOL);
    this.closed = once(this.socket, 'close').then(([code]) => Number(code));
    let resolve = () => {};
    this.challenged = new Promise((done) => {
      resolve = done;
    });
    this.peer = new Peer({
      send: (text) => this.socket.send(text),
      clock: systemClock,
      handlers: {
        ...options.handlers,
        Challenge: ({ nonce }) => {
          const time = Date.now();
          const claims = forge({ host, nonce, kioskId, time });
          const signature = sign(null, proofMessage(claims), key.privateKey).toString('base64url');
          setImmediate(() => resolve());
          return options.silent
            ? new Promise<never>(() => {})
            : { kioskId, time: claims.time, signature };
        },
      },
    });
    this.socket.on('message', (data) => {
      this.received.push(String(data));
      this.peer.receive(String(data));
    });
    this.socket.on('close', () => this.peer.close());
    this.socket.on('error', () => {});
  }

  boot() {
    return this.peer.call('Boot', { software: 'test', startedAt: 0 }, { timeoutMs: 5000 });
  }

  status(report: StatusReport) {
    return this.peer.call('Status', report, { timeoutMs: 5000 });
  }

  verify(requestId: string, credentialId: string, codiceFiscale: string) {
    const request = { requestId, credentialId, codiceFiscale };
    return this.peer.call('Verify', request, { timeoutMs: 5000 });
  }
}
