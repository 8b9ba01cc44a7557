import { randomBytes } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/messages.ts';
import {
  type ActionTable,
  CallError,
  defaultPeerLimits,
  Peer,
} from '../../shared/protocol/peer.ts';
import type { Keyring } from '../credential/keyring.ts';
import type { Log } from '../log.ts';
import { CommandResults } from './command-results.ts';
import type { KioskCalls } from './kiosk-calls.ts';
import { proofHolds } from './kiosk-proof.ts';
import type { Kiosk, KioskFinder } from './kiosks.ts';
import {
  type CloseReason,
  closeCodes,
  reconnectWithinMs,
  type SocketLimits,
} from './link-limits.ts';
import type { GoneReason, LinkFacts, LinkListener } from './link-listener.ts';
import type { ProofGate } from './proof-gate.ts';

const CALL_TIMEOUT_MS = 5_000;
const NONCE_BYTES = 32;

/** What a connection needs of the server around it. */
export interface ConnectionHost {
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly fleet: KioskFinder;
  readonly keyring: Keyring;
  /** The hosts whose codes the gates read. */
  readonly hosts: readonly string[];
  readonly calls: KioskCalls;
  readonly listener: LinkListener;
  readonly proofs: ProofGate;
  /** Whether a site's kiosks must show a client certificate of their own as well. */
  demandsCertificate(site: string): boolean;
  /** Kiosks that are connected to this node. */
  readonly size: number;
  /** It proved itself: it takes the place of an older connection of the same kiosk. */
  accept(kioskId: string, connection: KioskConnection): void;
  forget(kioskId: string | undefined, connection: KioskConnection): void;
}

/** What the handshake said of a connection. */
export interface Handshake {
  /** The host that the kiosk asked for, in lower case. */
  host: string;
  facts: LinkFacts;
  /** The name in the client certificate that TLS checked; absent: none was shown, or none that holds. */
  certificateName?: string | undefined;
  /** The actions of the subprotocol that was agreed on. */
  actions: ActionTable;
}

type State =
  | { name: 'proving' }
  | { name: 'proven'; kiosk: Kiosk }
  | { name: 'accepted'; kiosk: Kiosk }
  | { name: 'closed' };

/** One kiosk's connection: challenge, proof, boot, and only then verifications. */
export class KioskConnection {
  readonly #server: ConnectionHost;
  readonly #socket: WebSocket;
  readonly #handshake: Handshake;
  readonly #peer: Peer;
  readonly #results = new CommandResults();
  #state: State = { name: 'proving' };
  #goneReason: GoneReason = 'closed';
  #proof: Promise<void> | undefined;
  #toldWithinMs = 0;
  #cancelDeadline: () => void = () => {};
  #cancelPing: () => void = () => {};

  constructor(server: ConnectionHost, socket: WebSocket, handshake: Handshake) {
    this.#server = server;
    this.#socket = socket;
    this.#handshake = handshake;
    const { calls } = server;
    this.#peer = new Peer({
      send: (text) => this.#send(text),
      clock: server.clock,
      limits: defaultPeerLimits,
      actions: handshake.actions,
      flooded: () => this.close('flood'),
      handlers: {
        Boot: (request) => this.#logged('boot', () => this.#boot(request)),
        Verify: (request) => calls.verify(this.#acceptedKiosk(), request),
        VerifyCode: (request) => calls.verifyCode(this.#acceptedKiosk(), request),
        Status: (request) => this.#status(request),
        ListHead: (request) => calls.listHead(this.#acceptedKiosk(), request),
        ListChunk: (request) => calls.listChunk(this.#acceptedKiosk(), request),
        Facts: (request) => calls.facts(this.#acceptedKiosk(), request),
        Measurements: (request) => this.#measurements(request),
        CommandResult: (request) => this.#commandResult(request),
      },
    });
  }

  start(): void {
    const { clock, limits, log } = this.#server;
    this.#cancelDeadline = clock.after(limits.acceptDeadlineMs, () => this.close('deadline'));
    this.#socket.on('message', (data: RawData, isBinary) => {
      if (isBinary) {
        this.#socket.close(1003);
      } else {
        this.#peer.receive(String(data));
      }
    });
    this.#socket.on('error', (error) =>
      log.warn({ code: errorCode(error) }, 'kiosk connection failed'),
    );
    this.#socket.on('close', () => this.#ended());
    this.#socket.on('ping', () => this.#peer.take());
    this.#socket.on('pong', () => this.#peer.take() && this.#awaitPing());
    this.#proof = this.#challenge();
  }

  close(reason: CloseReason): void {
    if (reason !== 'unavailable' && reason !== 'proofRefused') {
      this.#goneReason = reason;
    }
    this.#socket.close(closeCodes[reason], reason);
    // A peer that never answers the close frame is cut off by the ping's deadline or at once here.
    if (reason === 'deadline' || reason === 'goingAway' || reason === 'flood') {
      this.#socket.terminate();
    }
  }

  /** Whether it has not proven itself yet. */
  get isProving(): boolean {
    return this.#state.name === 'proving';
  }

  /** A kiosk that reads nothing of what it is sent is cut off before it fills this server's memory. */
  #send(text: string): void {
    if (this.#socket.bufferedAmount > this.#server.limits.unsentBytesMax) {
      this.close('flood');
    } else {
      this.#socket.send(text);
    }
  }

  /** Calls the kiosk. @throws CallError `closed` before it is accepted, or any code of a call. */
  async call<Name extends ActionName>(
    name: Name,
    request: RequestOf<Name>,
    options: { timeoutMs: number },
  ): Promise<AnswerOf<Name>> {
    if (this.#state.name !== 'accepted') {
      throw new CallError('closed', `${name}: the kiosk is not accepted`);
    }
    return await this.#peer.call(name, request, options);
  }

  /** A kiosk that doesn't know the call, or is gone, finds the list at its next poll. */
  listChanged(policy: string, list: RequestOf<'ListChanged'>): void {
    if (this.#state.name === 'accepted' && this.#state.kiosk.policy === policy) {
      this.#peer.call('ListChanged', list, { timeoutMs: CALL_TIMEOUT_MS }).catch(() => {});
    }
  }

  async #challenge(): Promise<void> {
    const { clock, log, limits } = this.#server;
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    try {
      const answer = await this.#peer.call(
        'Challenge',
        { nonce, serverTime: clock.now() },
        { timeoutMs: limits.acceptDeadlineMs },
      );
      const kiosk = await this.#server.proofs.pass(() => this.#prove(nonce, answer));
      if (this.#state.name === 'closed') {
        return;
      }
      if (!kiosk) {
        log.warn({ kiosk: answer.kioskId }, 'kiosk refused: its proof does not hold');
        this.close('proofRefused');
      } else if (this.isProving) {
        this.#state = { name: 'proven', kiosk };
        this.#server.accept(kiosk.id, this);
        this.#tell((listener) => listener.connected?.(kiosk, this.#handshake.facts));
      }
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'closed') {
        log.warn({ code }, 'kiosk refused: the challenge was not answered');
        this.close(code === 'storeUnavailable' ? 'unavailable' : 'proofRefused');
      }
    }
  }

  /** The kiosk whose key signed this connection's nonce. */
  async #prove(nonce: string, answer: AnswerOf<'Challenge'>): Promise<Kiosk | undefined> {
    const { fleet, clock, limits } = this.#server;
    const { host, certificateName } = this.#handshake;
    if (this.#state.name === 'closed') {
      return undefined;
    }
    const kiosk = await fleet.findKiosk(answer.kioskId);
    const { clockSkewMaxMs } = limits;
    const context = { host, nonce, now: clock.now(), clockSkewMaxMs };
    // An unknown kiosk costs the same work.
    if (!proofHolds(answer, kiosk?.publicKey, context) || !kiosk) {
      return undefined;
    }
    const isCertified = certificateName === kiosk.id;
    const isDemanded = kiosk.needsCertificate || this.#server.demandsCertificate(kiosk.site);
    return isCertified || !isDemanded ? kiosk : undefined;
  }

  /** A boot that comes right behind the proof waits until that is checked. */
  async #boot(request: RequestOf<'Boot'>): Promise<AnswerOf<'Boot'>> {
    await this.#proof;
    if (this.#state.name !== 'proven' && this.#state.name !== 'accepted') {
      throw new CallError('notAccepted', 'Boot before the proof');
    }
    const { kiosk } = this.#state;
    const { clock, hosts, keyring, limits, listener } = this.#server;
    const admission = await listener.admit(kiosk, request);
    const serverTime = clock.now();
    if (admission.status !== 'accepted') {
      return { ...admission, serverTime };
    }
    this.#state = { name: 'accepted', kiosk };
    this.#cancelDeadline();
    this.#awaitPing();
    this.#tell((told) => told.booted?.(kiosk, request));
    this.#tell((told) => request.config && told.configReported?.(kiosk, request.config));
    return {
      status: 'accepted',
      serverTime,
      intervalMs: admission.intervalMs ?? limits.statusEveryMs,
      gate: this.#server.calls.gateOf(kiosk),
      hosts: [...hosts],
      credentialKeys: keyring.credentialKeys(),
      reconnectWithinMs: this.#within(),
      factsKey: keyring.factsKey(),
      ...(admission.desired ? { desired: admission.desired } : {}),
    };
  }

  #status(report: RequestOf<'Status'>): AnswerOf<'Status'> {
    const kiosk = this.#acceptedKiosk();
    this.#tell((listener) => listener.status?.(kiosk, report));
    this.#tell((listener) => report.config && listener.configReported?.(kiosk, report.config));
    const before = this.#toldWithinMs;
    const withinMs = this.#within();
    return {
      serverTime: this.#server.clock.now(),
      ...(withinMs === before ? {} : { reconnectWithinMs: withinMs }),
    };
  }

  async #measurements({
    measurements,
  }: RequestOf<'Measurements'>): Promise<AnswerOf<'Measurements'>> {
    const kiosk = this.#acceptedKiosk();
    await this.#logged('measurements', async () =>
      this.#server.listener.measured?.(kiosk, measurements),
    );
    return {};
  }

  /** How this server's kiosks are spread if it is lost; the kiosk is told when it changes. */
  #within(): number {
    this.#toldWithinMs = reconnectWithinMs(this.#server.size, this.#server.limits);
    return this.#toldWithinMs;
  }

  #commandResult(part: RequestOf<'CommandResult'>): AnswerOf<'CommandResult'> {
    const kiosk = this.#acceptedKiosk();
    const end = this.#results.take(part);
    this.#tell((listener) => end && listener.commandResult?.(kiosk, end));
    return {};
  }

  #acceptedKiosk(): Kiosk {
    if (this.#state.name !== 'accepted') {
      throw new CallError('notAccepted', 'Only Boot is accepted before boot');
    }
    return this.#state.kiosk;
  }

  /** A fault of ours is told to the kiosk by its code alone: what it was stands in our log. */
  async #logged<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CallError)) {
        this.#server.log.error({ code: errorCode(error), what }, 'a call of a kiosk failed');
      }
      throw error;
    }
  }

  /** A listener's fault is its own: the link goes on. */
  #tell(what: (listener: LinkListener) => void): void {
    try {
      what(this.#server.listener);
    } catch (error) {
      this.#server.log.error({ code: errorCode(error) }, 'the fleet did not take an event');
    }
  }

  /** One ping at a time; a pong starts the wait for the next, a missing one ends the connection. */
  #awaitPing(): void {
    const { clock } = this.#server;
    const { pingEveryMs, pongDeadlineMs } = this.#server.limits;
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
    const kiosk = 'kiosk' in this.#state ? this.#state.kiosk : undefined;
    this.#state = { name: 'closed' };
    this.#server.forget(kiosk?.id, this);
    if (kiosk) {
      this.#tell((listener) => listener.gone?.(kiosk, this.#handshake.facts, this.#goneReason));
    }
  }
}
