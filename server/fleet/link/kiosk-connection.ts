import { errorCode } from '../../../shared/errors.ts';
import type { ActionName, AnswerOf, RequestOf } from '../../../shared/protocol/actions.ts';
import { CallError } from '../../../shared/protocol/call-error.ts';
import { defaultPeerLimits, Peer, type PeerOptions } from '../../../shared/protocol/peer.ts';
import type { Kiosk } from '../places/kiosks.ts';
import { Allowance } from './allowance.ts';
import { type Challenged, challenge } from './challenge.ts';
import type { CommandResults } from './command-results.ts';
import type { ProvenConnection } from './connected-kiosks.ts';
import type { ConnectionHost, Handshake } from './connection-host.ts';
import type { Deadline } from './deadline-sweep.ts';
import { type HandlerConnection, KioskHandlers } from './kiosk-handlers.ts';
import type { KioskWebSocket, SocketHandler } from './kiosk-web-socket.ts';
import { type CloseReason, closeCodes } from './link-limits.ts';
import type { ConnectionInfo, DisconnectReason } from './link-listener.ts';

const CALL_TIMEOUT_MS = 5_000;
/** Of `ws`: a message beyond `SOCKET_PAYLOAD_BYTES_MAX`. */
const MESSAGE_TOO_LONG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

type State =
  | { name: 'proving'; handshake: Handshake; proof?: Promise<void>; isChecked?: true }
  | { name: 'proven'; kiosk: Kiosk }
  | { name: 'accepted'; kiosk: Kiosk }
  | { name: 'closed' };

/** What all connections have in common. */
export interface ConnectionProtocol extends PeerOptions<KioskConnection> {
  kioskHandlers: KioskHandlers;
  /** One function for all connections. */
  monotonic: () => number;
}

/** @see ConnectionProtocol */
export function connectionProtocol(server: ConnectionHost): ConnectionProtocol {
  const kioskHandlers = new KioskHandlers(server);
  return {
    send: (text, connection) => connection.send(text),
    clock: server.clock,
    limits: defaultPeerLimits,
    flooded: (connection) => connection.close('flood'),
    handlers: kioskHandlers.handlers(),
    kioskHandlers,
    monotonic: () => server.clock.monotonic(),
  };
}

/**
 * One kiosk's connection: challenge, proof, boot, and only then verifications. Thousands of them are
 * silent most of the time, so what one needs only now and then is made then, and the rest is shared.
 */
export class KioskConnection
  implements SocketHandler, Deadline, Challenged, HandlerConnection, ProvenConnection
{
  readonly #server: ConnectionHost;
  readonly #socket: KioskWebSocket;
  readonly #info: ConnectionInfo;
  readonly #peer: Peer<KioskConnection>;
  readonly #handlers: KioskHandlers;
  results: CommandResults | undefined;
  readonly reports: Allowance;
  sentReconnectWithinMs = 0;
  knowsNotCovered = false;
  #state: State;
  #disconnectReason: DisconnectReason = 'closed';
  #waitsFor: 'boot' | 'ping' | 'pong' = 'boot';
  #dueAt = 0;

  constructor(
    server: ConnectionHost,
    socket: KioskWebSocket,
    handshake: Handshake,
    protocol: ConnectionProtocol,
  ) {
    this.#server = server;
    this.#socket = socket;
    this.#info = handshake.info;
    this.#state = { name: 'proving', handshake };
    this.#handlers = protocol.kioskHandlers;
    this.#peer = new Peer<KioskConnection>(protocol, this);
    this.reports = new Allowance(server.limits.reports, protocol.monotonic);
  }

  start(): void {
    if (this.#state.name === 'proving') {
      this.#wait('boot', this.#server.limits.acceptDeadlineMs);
      this.#socket.handleWith(this);
      this.#state.proof = this.#prove(this.#state.handshake);
    }
  }

  close(reason: CloseReason): void {
    if (reason !== 'unavailable' && reason !== 'proofRefused') {
      this.#disconnectReason = reason;
    }
    this.#socket.close(closeCodes[reason], reason);
    // A peer that never answers the close frame is terminated at the ping's deadline, or at once here.
    if (reason === 'deadline' || reason === 'goingAway' || reason === 'flood') {
      this.#socket.terminate();
    }
  }

  get address(): string {
    return this.#info.address;
  }

  /** It has not answered the challenge, or nobody looks at its answer. */
  get isSilent(): boolean {
    return this.#state.name === 'proving' && !this.#state.isChecked;
  }

  get isOpen(): boolean {
    return this.#state.name !== 'closed';
  }

  get isAccepted(): boolean {
    return this.#state.name === 'accepted';
  }

  ask(request: RequestOf<'Challenge'>): Promise<AnswerOf<'Challenge'>> {
    const { acceptDeadlineMs } = this.#server.limits;
    return this.#peer.call('Challenge', request, { timeoutMs: acceptDeadlineMs });
  }

  beginCheck(): void {
    if (this.#state.name === 'proving') {
      this.#state.isChecked = true;
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

  /** A kiosk that doesn't know the call, or is offline, finds the list at its next poll. */
  listChanged(policy: string, list: RequestOf<'ListChanged'>): void {
    if (this.#state.name === 'accepted' && this.#state.kiosk.policy === policy) {
      this.#peer.call('ListChanged', list, { timeoutMs: CALL_TIMEOUT_MS }).catch(() => {});
    }
  }

  received(text: string): void {
    this.#peer.receive(text);
  }

  pinged(): void {
    this.#peer.take();
  }

  /** One ping at a time: a pong starts the wait for the next. */
  ponged(): void {
    if (this.#peer.take() && this.#waitsFor === 'pong') {
      this.#wait('ping', this.#server.limits.pingEveryMs);
    }
  }

  failed(error: Error): void {
    const code = errorCode(error);
    this.#server.log.warn({ code }, 'kiosk connection failed');
    if (code === MESSAGE_TOO_LONG) {
      this.close('flood');
    }
  }

  ended(): void {
    this.#peer.close();
    const kiosk = 'kiosk' in this.#state ? this.#state.kiosk : undefined;
    this.#state = { name: 'closed' };
    this.#server.forget(kiosk?.id, this);
    if (kiosk) {
      if (this.#disconnectReason === 'flood') {
        this.#server.flooded(kiosk.id);
      }
      this.#handlers.notify((listener) =>
        listener.disconnected?.(kiosk, this.#info, this.#disconnectReason),
      );
    }
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  /** A ping is due; or there was no proof, boot or pong in time. */
  reached(): void {
    if (this.#waitsFor === 'ping') {
      this.#socket.ping();
      this.#wait('pong', this.#server.limits.pongDeadlineMs);
    } else {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.close('deadline');
    }
  }

  #wait(what: 'boot' | 'ping' | 'pong', delayMs: number): void {
    this.#waitsFor = what;
    // Whole milliseconds are kept in half the space.
    this.#dueAt = Math.ceil(this.#server.clock.monotonic() + delayMs);
  }

  /** A kiosk that reads nothing of what it is sent is disconnected before it fills this server's memory. */
  send(text: string): void {
    if (this.#socket.bufferedAmount > this.#server.limits.unsentBytesMax) {
      this.close('flood');
    } else {
      this.#socket.send(text);
    }
  }

  async #prove(handshake: Handshake): Promise<void> {
    const proven = await challenge(this.#server, handshake, this);
    if (!proven.ok) {
      if (proven.reason !== 'closed') {
        this.close(proven.reason);
      }
    } else if (this.#state.name === 'proving') {
      const { kiosk } = proven;
      this.#state = { name: 'proven', kiosk };
      this.#server.accept(kiosk.id, this);
      this.#handlers.notify((listener) => listener.connected?.(kiosk, this.#info));
    }
  }

  /** A boot that comes right behind the proof waits until that is checked. */
  async proven(): Promise<Kiosk> {
    if (this.#state.name === 'proving') {
      await this.#state.proof;
    }
    if (this.#state.name !== 'proven' && this.#state.name !== 'accepted') {
      throw new CallError('notAccepted', 'Boot before the proof');
    }
    return this.#state.kiosk;
  }

  accept(kiosk: Kiosk): void {
    this.#state = { name: 'accepted', kiosk };
    this.#wait('ping', this.#server.limits.pingEveryMs);
  }

  accepted(): Kiosk {
    if (this.#state.name !== 'accepted') {
      throw new CallError('notAccepted', 'Only Boot is accepted before boot');
    }
    return this.#state.kiosk;
  }
}
