import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import { SOCKET_PAYLOAD_BYTES_MAX, SUBPROTOCOL } from '../../shared/protocol/frame.ts';
import type { AnswerOf, RequestOf } from '../../shared/protocol/messages.ts';
import { CallError, defaultPeerLimits, Peer } from '../../shared/protocol/peer.ts';
import { proofMessage } from '../../shared/protocol/proof.ts';
import type { Keyring } from '../credential/keyring.ts';
import type { Log } from '../log.ts';
import type { Facts } from '../offline-list/facts.ts';
import type { OfflineLists } from '../offline-list/offline-lists.ts';
import type { SecondLevel } from '../verification/second-level.ts';
import type { Answer, Verification } from '../verification/verification.ts';
import type { Fleet, Kiosk } from './fleet.ts';

/** Where kiosks connect. */
export const LINK_PATH = '/link';

/** The bounds of kiosk connections. */
export interface SocketLimits {
  /** From connecting until the proof is checked and the kiosk has booted. */
  acceptDeadlineMs: number;
  /** The kiosk's clock may differ by this much at the proof. */
  clockSkewMaxMs: number;
  pingEveryMs: number;
  pongDeadlineMs: number;
  statusEveryMs: number;
  socketsMax: number;
}

export const defaultSocketLimits: SocketLimits = {
  acceptDeadlineMs: 10_000,
  clockSkewMaxMs: 300_000,
  pingEveryMs: 20_000,
  pongDeadlineMs: 10_000,
  statusEveryMs: 30_000,
  socketsMax: 20_000,
};

/** Why the server closes a connection (the private range of RFC 6455 §7.4.2); a closed set. */
export const closeCodes = {
  /** The server stops; come back. */
  goingAway: 1001,
  unavailable: 1013,
  proofRefused: 4401,
  /** No proof, boot or pong in time. */
  deadline: 4408,
  /** A newer connection of the same kiosk proved itself. */
  evicted: 4409,
} as const;
type CloseReason = keyof typeof closeCodes;

const CALL_TIMEOUT_MS = 5_000;
const NONCE_BYTES = 32;
// SubjectPublicKeyInfo of an Ed25519 key is this prefix and the key (RFC 8410 §4).
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

export interface KioskSocketDeps {
  fleet: Fleet;
  verification: Verification;
  secondLevel: SecondLevel;
  facts: Facts;
  /** Absent: this server keeps no offline lists. */
  offlineLists?: OfflineLists | undefined;
  keyring: Keyring;
  /** The hosts whose codes the gates read. */
  hosts: readonly string[];
  clock: Clock;
  log: Log;
  limits?: SocketLimits;
}

/** The kiosks' end of the link: one connection each, proven before anything else. */
export class KioskSockets {
  readonly deps: KioskSocketDeps;
  readonly limits: SocketLimits;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #byKiosk = new Map<string, Connection>();

  constructor(deps: KioskSocketDeps) {
    this.deps = deps;
    this.limits = deps.limits ?? defaultSocketLimits;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: SOCKET_PAYLOAD_BYTES_MAX,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
  }

  /** Takes an HTTP upgrade; anything but a `varco.v1` request for `/link` is refused. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
    if (request.url !== LINK_PATH) {
      refuse(socket, '404 Not Found');
    } else if (!offered.includes(SUBPROTOCOL)) {
      refuse(socket, '400 Bad Request');
    } else if (this.#connections.size >= this.limits.socketsMax) {
      refuse(socket, '503 Service Unavailable');
    } else {
      this.#server.handleUpgrade(request, socket, head, (opened) => {
        const host = (request.headers.host ?? '').toLowerCase();
        const connection = new Connection(this, opened, host);
        this.#connections.add(connection);
        connection.start();
      });
    }
  }

  /** The newer connection of a kiosk takes the place of the older. */
  accept(kioskId: string, connection: Connection): void {
    this.#byKiosk.get(kioskId)?.close('evicted');
    this.#byKiosk.set(kioskId, connection);
  }

  forget(kioskId: string | undefined, connection: Connection): void {
    this.#connections.delete(connection);
    if (kioskId !== undefined && this.#byKiosk.get(kioskId) === connection) {
      this.#byKiosk.delete(kioskId);
    }
  }

  /** The ids of the kiosks that are connected to this node. */
  connected(): string[] {
    return [...this.#byKiosk.keys()];
  }

  /** Tells the gates of a policy that there is a newer offline list. */
  listChanged(policy: string, list: RequestOf<'ListChanged'>): void {
    for (const connection of this.#byKiosk.values()) {
      connection.listChanged(policy, list);
    }
  }

  stop(): void {
    for (const connection of [...this.#connections]) {
      connection.close('goingAway');
    }
    this.#server.close();
  }
}

type State =
  | { name: 'proving' }
  | { name: 'proven'; kiosk: Kiosk }
  | { name: 'accepted'; kiosk: Kiosk }
  | { name: 'closed' };

/** One kiosk's connection: challenge, proof, boot, and only then verifications. */
class Connection {
  readonly #sockets: KioskSockets;
  readonly #socket: WebSocket;
  readonly #host: string;
  readonly #peer: Peer;
  #state: State = { name: 'proving' };
  #proof: Promise<void> | undefined;
  #cancelDeadline: () => void = () => {};
  #cancelPing: () => void = () => {};

  constructor(sockets: KioskSockets, socket: WebSocket, host: string) {
    this.#sockets = sockets;
    this.#socket = socket;
    this.#host = host;
    this.#peer = new Peer({
      send: (text) => socket.send(text),
      clock: sockets.deps.clock,
      limits: defaultPeerLimits,
      handlers: {
        Boot: (request) => this.#boot(request),
        Verify: (request) => this.#verify(request),
        VerifyCode: (request) => this.#verifyCode(request),
        Status: () => this.#status(),
        ListHead: (request) => this.#listHead(request),
        ListChunk: (request) => this.#listChunk(request),
        Facts: (request) => this.#facts(request),
      },
    });
  }

  start(): void {
    const { clock } = this.#sockets.deps;
    this.#cancelDeadline = clock.after(this.#sockets.limits.acceptDeadlineMs, () =>
      this.close('deadline'),
    );
    this.#socket.on('message', (data: RawData, isBinary) => {
      if (isBinary) {
        this.#socket.close(1003);
      } else {
        this.#peer.receive(String(data));
      }
    });
    this.#socket.on('error', (error) =>
      this.#sockets.deps.log.warn({ code: errorCode(error) }, 'kiosk connection failed'),
    );
    this.#socket.on('close', () => this.#ended());
    this.#socket.on('pong', () => this.#awaitPing());
    this.#proof = this.#challenge();
  }

  close(reason: CloseReason): void {
    this.#socket.close(closeCodes[reason], reason);
    // A peer that never answers the close frame is cut off by the ping's deadline or at once here.
    if (reason === 'deadline' || reason === 'goingAway') {
      this.#socket.terminate();
    }
  }

  async #challenge(): Promise<void> {
    const { clock, log } = this.#sockets.deps;
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    try {
      const answer = await this.#peer.call(
        'Challenge',
        { nonce, serverTime: clock.now() },
        { timeoutMs: this.#sockets.limits.acceptDeadlineMs },
      );
      const kiosk = await this.#prove(nonce, answer);
      if (!kiosk) {
        log.warn({ kiosk: answer.kioskId }, 'kiosk refused: its proof does not hold');
        this.close('proofRefused');
      } else if (this.#state.name === 'proving') {
        this.#state = { name: 'proven', kiosk };
        this.#sockets.accept(kiosk.id, this);
      }
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'closed') {
        log.warn({ code }, 'kiosk refused: the challenge was not answered');
        this.close(code === 'storeUnavailable' ? 'unavailable' : 'proofRefused');
      }
    }
  }

  /** The kiosk whose key signed this connection's nonce; unknown ones cost the same work. */
  async #prove(nonce: string, answer: AnswerOf<'Challenge'>): Promise<Kiosk | undefined> {
    const { fleet, clock } = this.#sockets.deps;
    const kiosk = await fleet.findKiosk(answer.kioskId);
    const message = proofMessage({
      host: this.#host,
      nonce,
      kioskId: answer.kioskId,
      time: answer.time,
    });
    const raw = Buffer.from(kiosk?.publicKey ?? UNKNOWN_KEY, 'base64url');
    const signature = Buffer.from(answer.signature, 'base64url');
    const signed = verify(null, message, toPublicKey(raw), signature);
    const skewMs = Math.abs(clock.now() - answer.time);
    return signed && skewMs <= this.#sockets.limits.clockSkewMaxMs ? kiosk : undefined;
  }

  /** A boot that comes right behind the proof waits until that is checked. */
  async #boot(_request: RequestOf<'Boot'>): Promise<AnswerOf<'Boot'>> {
    await this.#proof;
    if (this.#state.name !== 'proven' && this.#state.name !== 'accepted') {
      throw new CallError('notAccepted', 'Boot before the proof');
    }
    const { kiosk } = this.#state;
    const { clock, hosts, keyring } = this.#sockets.deps;
    this.#state = { name: 'accepted', kiosk };
    this.#cancelDeadline();
    this.#awaitPing();
    return {
      status: 'accepted',
      serverTime: clock.now(),
      intervalMs: this.#sockets.limits.statusEveryMs,
      gate: { name: kiosk.gate, policy: kiosk.policy },
      hosts: [...hosts],
      credentialKeys: keyring.credentialKeys(),
      factsKey: keyring.factsKey(),
    };
  }

  #verify(request: RequestOf<'Verify'>): Promise<Answer> {
    const { id, site, policy } = this.#acceptedKiosk();
    const asker = { id: `kiosk:${id}`, site };
    return this.#answer(id, this.#sockets.deps.verification.verify({ asker, policy, ...request }));
  }

  #verifyCode(request: RequestOf<'VerifyCode'>): Promise<Answer> {
    const { id, site, policy } = this.#acceptedKiosk();
    const asker = { id: `kiosk:${id}`, site };
    const { secondLevel } = this.#sockets.deps;
    return this.#answer(id, secondLevel.verifyAtGate({ asker, policy, ...request }));
  }

  async #answer(kiosk: string, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      const code = errorCode(error);
      this.#sockets.deps.log.error({ kiosk, code }, 'no answer to a verification');
      throw new CallError(wireCodes[code] ?? 'internal', 'No answer to a verification');
    }
  }

  /** A kiosk that doesn't know the call, or is gone, finds the list at its next poll. */
  listChanged(policy: string, list: RequestOf<'ListChanged'>): void {
    if (this.#state.name === 'accepted' && this.#state.kiosk.policy === policy) {
      this.#peer.call('ListChanged', list, { timeoutMs: CALL_TIMEOUT_MS }).catch(() => {});
    }
  }

  async #listHead(request: RequestOf<'ListHead'>): Promise<AnswerOf<'ListHead'>> {
    const { policy } = this.#acceptedKiosk();
    const { offlineLists } = this.#sockets.deps;
    return offlineLists
      ? this.#serve(offlineLists.head(policy, request))
      : { status: 'none', reason: 'off' };
  }

  async #listChunk(request: RequestOf<'ListChunk'>): Promise<AnswerOf<'ListChunk'>> {
    const { policy } = this.#acceptedKiosk();
    const { offlineLists } = this.#sockets.deps;
    if (!offlineLists) {
      throw new CallError('unavailable', 'This server keeps no offline lists');
    }
    return this.#serve(offlineLists.chunk(policy, request));
  }

  async #facts({ boxes }: RequestOf<'Facts'>): Promise<AnswerOf<'Facts'>> {
    const { id, site } = this.#acceptedKiosk();
    const asker = { id: `kiosk:${id}`, site };
    return { results: await this.#serve(this.#sockets.deps.facts.takeSealed(asker, boxes)) };
  }

  async #serve<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      const code = errorCode(error);
      if (error instanceof CallError) {
        throw error;
      }
      this.#sockets.deps.log.error({ code }, 'a call of a kiosk failed');
      throw new CallError(wireCodes[code] ?? 'internal', 'A call of a kiosk failed');
    }
  }

  #status(): AnswerOf<'Status'> {
    this.#acceptedKiosk();
    return { serverTime: this.#sockets.deps.clock.now() };
  }

  #acceptedKiosk(): Kiosk {
    if (this.#state.name !== 'accepted') {
      throw new CallError('notAccepted', 'Only Boot is accepted before boot');
    }
    return this.#state.kiosk;
  }

  /** One ping at a time; a pong starts the wait for the next, a missing one ends the connection. */
  #awaitPing(): void {
    const { clock } = this.#sockets.deps;
    const { pingEveryMs, pongDeadlineMs } = this.#sockets.limits;
    this.#cancelPing();
    this.#cancelPing = clock.after(pingEveryMs, () => {
      this.#socket.ping();
      this.#cancelPing = clock.after(pongDeadlineMs, () => this.close('deadline'));
    });
  }

  #ended(): void {
    this.#cancelDeadline();
    this.#cancelPing();
    this.#peer.close();
    const kioskId = 'kiosk' in this.#state ? this.#state.kiosk.id : undefined;
    this.#state = { name: 'closed' };
    this.#sockets.forget(kioskId, this);
  }
}

/** A fault of ours, as the wire says it. */
const wireCodes: Record<string, 'busy' | 'unavailable'> = {
  busy: 'busy',
  storeUnavailable: 'unavailable',
  storeCorrupt: 'unavailable',
  policyUnknown: 'unavailable',
};

// Any point of the curve will do: no signature is ever accepted for it, there is no kiosk behind it.
const UNKNOWN_KEY = Buffer.from(
  'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  'hex',
).toString('base64url');

function toPublicKey(raw: Buffer) {
  return createPublicKey({
    key: Buffer.concat([SPKI_ED25519, raw]),
    format: 'der',
    type: 'spki',
  });
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
