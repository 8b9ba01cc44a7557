import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Server as SocketServer, WebSocketServer } from 'ws';
import type { Clock } from '../../../shared/clock.ts';
import {
  type ActionName,
  type AnswerOf,
  actions,
  type RequestOf,
} from '../../../shared/protocol/actions.ts';
import { CallError } from '../../../shared/protocol/call-error.ts';
import { SOCKET_PAYLOAD_BYTES_MAX, SUBPROTOCOL } from '../../../shared/protocol/frame.ts';
import type { ActionTable } from '../../../shared/protocol/peer.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Log } from '../../log.ts';
import type { KioskFinder } from '../places/kiosks.ts';
import type { ConnectionHost } from './connection-host.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { KioskCalls, type KioskCallsDeps } from './kiosk-calls.ts';
import { type ConnectionProtocol, KioskConnection } from './kiosk-connection.ts';
import { KioskWebSocket } from './kiosk-web-socket.ts';
import { type CloseReason, defaultSocketLimits, type SocketLimits } from './link-limits.ts';
import { type LinkListener, plainListener } from './link-listener.ts';
import { Semaphore } from './semaphore.ts';

/** Where kiosks connect. */
export const LINK_PATH = '/link';

export interface KioskSocketDeps extends KioskCallsDeps {
  fleet: KioskFinder;
  keyring: Keyring;
  /** The hosts whose codes the gates read. */
  hosts: readonly string[];
  /** Absent: {@link plainListener}. */
  listener?: LinkListener | undefined;
  clock: Clock;
  log: Log;
  limits?: SocketLimits;
  /**
   * The protocols that are served side by side, by subprotocol, the most wanted first; a kiosk gets the
   * first of them that it offers. Absent: `varco.v1` alone.
   */
  protocols?: ReadonlyMap<string, ActionTable> | undefined;
  /** The sites whose kiosks must show a client certificate, by TLS, that carries their id. */
  certificateSites?: 'all' | readonly string[] | undefined;
}

const ownProtocols: ReadonlyMap<string, ActionTable> = new Map([[SUBPROTOCOL, actions]]);

/** The kiosks' end of the link: one connection each, proven before anything else. */
export class KioskSockets implements ConnectionHost {
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly fleet: KioskFinder;
  readonly keyring: Keyring;
  readonly hosts: readonly string[];
  readonly calls: KioskCalls;
  readonly listener: LinkListener;
  readonly proofs: Semaphore;
  readonly #protocols: ReadonlyMap<string, ConnectionProtocol>;
  readonly #certificateSites: 'all' | readonly string[];
  readonly #server: SocketServer<typeof KioskWebSocket>;
  readonly #connections = new Set<KioskConnection>();
  readonly #byKiosk = new Map<string, KioskConnection>();
  readonly #pulse: DeadlineSweep;
  #proving = 0;
  #opened = 0;

  constructor(deps: KioskSocketDeps) {
    this.limits = deps.limits ?? defaultSocketLimits;
    this.clock = deps.clock;
    this.log = deps.log;
    this.fleet = deps.fleet;
    this.keyring = deps.keyring;
    this.hosts = deps.hosts;
    this.calls = new KioskCalls(deps);
    this.listener = deps.listener ?? plainListener;
    this.proofs = new Semaphore(this.limits.proofsAtOnceMax);
    this.#protocols = new Map(
      [...(deps.protocols ?? ownProtocols)].map(([protocol, table]) => [
        protocol,
        KioskConnection.speech(this, table),
      ]),
    );
    const { acceptDeadlineMs, pingEveryMs, pongDeadlineMs } = this.limits;
    const shortestMs = Math.min(acceptDeadlineMs, pingEveryMs, pongDeadlineMs);
    this.#pulse = new DeadlineSweep(this.clock, this.#connections, shortestMs);
    this.#certificateSites = deps.certificateSites ?? [];
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      WebSocket: KioskWebSocket,
      maxPayload: SOCKET_PAYLOAD_BYTES_MAX,
      perMessageDeflate: false,
      handleProtocols: (offered) => this.#agree(offered) ?? false,
    });
  }

  #agree(offered: ReadonlySet<string>): string | undefined {
    return [...this.#protocols.keys()].find((protocol) => offered.has(protocol));
  }

  demandsCertificate(site: string): boolean {
    return this.#certificateSites === 'all' || this.#certificateSites.includes(site);
  }

  /** Takes an HTTP upgrade; anything but a request for `/link` in a protocol of ours is refused. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', destroy);
    const offered = new Set((request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/));
    if (request.url !== LINK_PATH) {
      refuse(socket, '404 Not Found');
    } else if (this.#agree(offered) === undefined) {
      refuse(socket, '400 Bad Request');
    } else if (
      this.#connections.size >= this.limits.socketsMax ||
      this.#proving >= this.limits.provingMax
    ) {
      refuse(socket, '503 Service Unavailable');
    } else {
      this.#server.handleUpgrade(request, socket, head, (opened) => this.#open(opened, request));
    }
  }

  #open(opened: KioskWebSocket, { socket, headers }: IncomingMessage): void {
    const speech = this.#protocols.get(opened.protocol);
    if (!speech) {
      opened.terminate();
      return;
    }
    // From here on it is the WebSocket's.
    socket.off('error', destroy);
    this.#opened += 1;
    this.#proving += 1;
    const shown = certificateOf(socket);
    const endsAt = shown && { certificateEndsAt: shown.endsAt };
    const handshake = {
      host: (headers.host ?? '').toLowerCase(),
      facts: { connection: this.#opened, address: socket.remoteAddress ?? '', ...endsAt },
      certificateName: shown?.name,
    };
    const connection = new KioskConnection(this, opened, handshake, speech);
    this.#connections.add(connection);
    this.#pulse.wake();
    connection.start();
  }

  /** The newer connection of a kiosk takes the place of the older. */
  accept(kioskId: string, connection: KioskConnection): void {
    this.#proving -= 1;
    this.#byKiosk.get(kioskId)?.close('evicted');
    this.#byKiosk.set(kioskId, connection);
  }

  forget(kioskId: string | undefined, connection: KioskConnection): void {
    this.#connections.delete(connection);
    this.#proving -= kioskId === undefined ? 1 : 0;
    if (kioskId !== undefined && this.#byKiosk.get(kioskId) === connection) {
      this.#byKiosk.delete(kioskId);
    }
  }

  get size(): number {
    return this.#byKiosk.size;
  }

  /** The ids of the kiosks that are connected to this node. */
  connected(): string[] {
    return [...this.#byKiosk.keys()];
  }

  isConnected(kioskId: string): boolean {
    return this.#byKiosk.has(kioskId);
  }

  /** Whether it is connected and has booted. */
  takesCalls(kioskId: string): boolean {
    return this.#byKiosk.get(kioskId)?.isAccepted === true;
  }

  /**
   * Calls a kiosk that is connected to this node.
   *
   * @throws CallError `closed` when it is not here, or any code of a call: `timeout`, `busy`, …
   */
  async call<Name extends ActionName>(
    kioskId: string,
    name: Name,
    request: RequestOf<Name>,
    options: { timeoutMs: number },
  ): Promise<AnswerOf<Name>> {
    const connection = this.#byKiosk.get(kioskId);
    if (!connection) {
      throw new CallError('closed', `${name}: the kiosk is not connected to this node`);
    }
    return await connection.call(name, request, options);
  }

  /** Ends a kiosk's connection, if it has one here: its key was taken back, or it is to come anew. */
  disconnect(kioskId: string, reason: CloseReason): void {
    this.#byKiosk.get(kioskId)?.close(reason);
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
    this.#pulse.stop();
    this.#server.close();
  }
}

/** One function for all sockets: a closure would keep each one's request for as long as it is open. */
function destroy(this: Duplex): void {
  this.destroy();
}

/** Whom the client certificate names and when it ends, if TLS found it good. */
function certificateOf(socket: Duplex): { name: string; endsAt: number } | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) {
    return undefined;
  }
  const { subject, valid_to: validTo } = socket.getPeerCertificate();
  return typeof subject?.CN === 'string'
    ? { name: subject.CN, endsAt: Date.parse(validTo) }
    : undefined;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
