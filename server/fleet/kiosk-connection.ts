import { errorCode } from '../../shared/errors.ts';
import { CallError } from '../../shared/protocol/call-error.ts';
import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/messages.ts';
import {
  type ActionTable,
  defaultPeerLimits,
  Peer,
  type PeerOptions,
} from '../../shared/protocol/peer.ts';
import { type Challenged, challenge } from './challenge.ts';
import { CommandResults } from './command-results.ts';
import type { ConnectionHost, Handshake } from './connection-host.ts';
import type { Carried, KioskWebSocket } from './kiosk-web-socket.ts';
import type { Kiosk } from './kiosks.ts';
import { type CloseReason, closeCodes, reconnectWithinMs } from './link-limits.ts';
import type { GoneReason, LinkFacts, LinkListener } from './link-listener.ts';
import type { Pulsed } from './link-pulse.ts';

const CALL_TIMEOUT_MS = 5_000;

type State =
  | { name: 'proving'; handshake: Handshake; proof?: Promise<void> }
  | { name: 'proven'; kiosk: Kiosk }
  | { name: 'accepted'; kiosk: Kiosk }
  | { name: 'closed' };

/**
 * One kiosk's connection: challenge, proof, boot, and only then verifications. There are thousands that
 * say nothing, so whatever one needs only at times is made then, and what all have alike is shared.
 */
export class KioskConnection implements Carried, Pulsed, Challenged {
  readonly #server: ConnectionHost;
  readonly #socket: KioskWebSocket;
  readonly #facts: LinkFacts;
  readonly #peer: Peer<KioskConnection>;
  /** Absent while no command's result is on its way. */
  #results: CommandResults | undefined;
  #state: State;
  #goneReason: GoneReason = 'closed';
  #toldWithinMs = 0;
  #waitsFor: 'boot' | 'ping' | 'pong' = 'boot';
  #dueAt = 0;

  /** @param speech {@link KioskConnection.speech} of the protocol that was agreed on. */
  constructor(
    server: ConnectionHost,
    socket: KioskWebSocket,
    handshake: Handshake,
    speech: PeerOptions<KioskConnection>,
  ) {
    this.#server = server;
    this.#socket = socket;
    this.#facts = handshake.facts;
    this.#state = { name: 'proving', handshake };
    this.#peer = new Peer<KioskConnection>(speech, this);
  }

  /** What all connections of one protocol have in common: what a kiosk may call, and what it is answered. */
  static speech(server: ConnectionHost, actions: ActionTable): PeerOptions<KioskConnection> {
    const { calls, clock } = server;
    return {
      send: (text, connection) => connection.#send(text),
      clock,
      limits: defaultPeerLimits,
      actions,
      flooded: (connection) => connection.close('flood'),
      handlers: {
        Boot: (request, connection) => connection.#logged('boot', () => connection.#boot(request)),
        Verify: (request, connection) => calls.verify(connection.#acceptedKiosk(), request),
        VerifyCode: (request, connection) => calls.verifyCode(connection.#acceptedKiosk(), request),
        Status: (report, connection) => connection.#status(report),
        ListHead: (request, connection) => calls.listHead(connection.#acceptedKiosk(), request),
        ListChunk: (request, connection) => calls.listChunk(connection.#acceptedKiosk(), request),
        Facts: (request, connection) => calls.facts(connection.#acceptedKiosk(), request),
        Measurements: (request, connection) => connection.#measurements(request),
        CommandResult: (part, connection) => connection.#commandResult(part),
      },
    };
  }

  start(): void {
    if (this.#state.name === 'proving') {
      this.#wait('boot', this.#server.limits.acceptDeadlineMs);
      this.#socket.carry(this);
      this.#state.proof = this.#prove(this.#state.handshake);
    }
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
    this.#server.log.warn({ code: errorCode(error) }, 'kiosk connection failed');
  }

  ended(): void {
    this.#peer.close();
    const kiosk = 'kiosk' in this.#state ? this.#state.kiosk : undefined;
    this.#state = { name: 'closed' };
    this.#server.forget(kiosk?.id, this);
    if (kiosk) {
      this.#tell((listener) => listener.gone?.(kiosk, this.#facts, this.#goneReason));
    }
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  /** A ping is due; or there was no proof, boot or pong in time. */
  fallDue(): void {
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

  /** A kiosk that reads nothing of what it is sent is cut off before it fills this server's memory. */
  #send(text: string): void {
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
      this.#tell((listener) => listener.connected?.(kiosk, this.#facts));
    }
  }

  /** A boot that comes right behind the proof waits until that is checked. */
  async #boot(request: RequestOf<'Boot'>): Promise<AnswerOf<'Boot'>> {
    if (this.#state.name === 'proving') {
      await this.#state.proof;
    }
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
    this.#wait('ping', limits.pingEveryMs);
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
    this.#results ??= new CommandResults();
    const end = this.#results.take(part);
    if (this.#results.isEmpty) {
      this.#results = undefined;
    }
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
}
