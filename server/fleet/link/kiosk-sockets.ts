import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Server as SocketServer, WebSocketServer } from 'ws';
import type { Clock } from '../../../shared/clock.ts';
import { SOCKET_PAYLOAD_BYTES_MAX, SUBPROTOCOL } from '../../../shared/protocol/frame.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Log } from '../../log.ts';
import type { KioskFinder } from '../places/kiosks.ts';
import type { ConnectedKiosks } from './connected-kiosks.ts';
import type { ConnectionHost } from './connection-host.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { KioskCalls, type KioskCallsDeps } from './kiosk-calls.ts';
import {
  type ConnectionProtocol,
  connectionProtocol,
  KioskConnection,
} from './kiosk-connection.ts';
import { KioskWebSocket } from './kiosk-web-socket.ts';
import { defaultSocketLimits, type SocketLimits } from './link-limits.ts';
import type { LinkListener } from './link-listener.ts';
import { ProvingConnections } from './proving-connections.ts';
import { Semaphore } from './semaphore.ts';

/** Kiosks that are refused for a while, at most. */
const SHUT_OUT_MAX = 4_096;

/** Where kiosks connect. */
export const LINK_PATH = '/link';

export interface KioskSocketDeps extends KioskCallsDeps {
  /** Filled with the connections that proved themselves. */
  kiosks: ConnectedKiosks;
  /** Who knows the kiosks' keys. */
  finder: KioskFinder;
  keyring: Keyring;
  /** The hosts whose codes the gates read. */
  hosts: readonly string[];
  listener: LinkListener;
  clock: Clock;
  limits?: SocketLimits | undefined;
  /** The sites whose kiosks must show a client certificate, by TLS, that carries their id. */
  certificateSites?: 'all' | readonly string[] | undefined;
  /** Where a request comes from; absent: from the other end of its socket. */
  addressOf?: ((request: IncomingMessage) => string) | undefined;
}

/** The kiosks' end of the link: one connection each, proven before anything else. */
export class KioskSockets implements ConnectionHost {
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly finder: KioskFinder;
  readonly keyring: Keyring;
  readonly hosts: readonly string[];
  readonly calls: KioskCalls;
  readonly listener: LinkListener;
  readonly proofs: Semaphore;
  readonly kiosks: ConnectedKiosks;
  readonly #protocol: ConnectionProtocol;
  readonly #certificateSites: 'all' | readonly string[];
  readonly #server: SocketServer<typeof KioskWebSocket>;
  readonly #connections = new Set<KioskConnection>();
  readonly #sweep: DeadlineSweep;
  readonly #proving = new ProvingConnections<KioskConnection>();
  readonly #addressOf: (request: IncomingMessage) => string;
  /** Kiosks that flooded, and until when they are refused; the earliest first. */
  readonly #shutOut = new Map<string, number>();
  #opened = 0;

  constructor(deps: KioskSocketDeps) {
    this.limits = deps.limits ?? defaultSocketLimits;
    this.clock = deps.clock;
    this.log = deps.log;
    this.finder = deps.finder;
    this.keyring = deps.keyring;
    this.hosts = deps.hosts;
    this.calls = new KioskCalls(deps);
    this.listener = deps.listener;
    this.kiosks = deps.kiosks;
    this.proofs = new Semaphore(this.limits.proofsAtOnceMax);
    this.#protocol = connectionProtocol(this);
    const { acceptDeadlineMs, pingEveryMs, pongDeadlineMs } = this.limits;
    const shortestMs = Math.min(acceptDeadlineMs, pingEveryMs, pongDeadlineMs);
    this.#sweep = new DeadlineSweep(this.clock, this.#connections, shortestMs);
    this.#certificateSites = deps.certificateSites ?? [];
    this.#addressOf = deps.addressOf ?? (({ socket }) => socket.remoteAddress ?? '');
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      WebSocket: KioskWebSocket,
      maxPayload: SOCKET_PAYLOAD_BYTES_MAX,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
  }

  demandsCertificate(site: string): boolean {
    return this.#certificateSites === 'all' || this.#certificateSites.includes(site);
  }

  /** Takes an HTTP upgrade; anything but a request for `/link` in `varco.v1` is refused. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', destroy);
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
    if (request.url !== LINK_PATH) {
      refuse(socket, '404 Not Found');
    } else if (!offered.includes(SUBPROTOCOL)) {
      refuse(socket, '400 Bad Request');
    } else if (!this.#hasRoom()) {
      refuse(socket, '503 Service Unavailable');
    } else {
      this.#server.handleUpgrade(request, socket, head, (opened) => this.#open(opened, request));
    }
  }

  /** A connection that says nothing makes room for one more, before all others are refused. */
  #hasRoom(): boolean {
    const { socketsMax, provingMax } = this.limits;
    const isFull = this.#connections.size >= socketsMax || this.#proving.size >= provingMax;
    return !isFull || this.#proving.displace();
  }

  #open(opened: KioskWebSocket, request: IncomingMessage): void {
    const { socket, headers } = request;
    // From here on it is the WebSocket's.
    socket.off('error', destroy);
    this.#opened += 1;
    const address = this.#addressOf(request);
    const certificate = certificateOf(socket);
    const handshake = {
      host: (headers.host ?? '').toLowerCase(),
      info: {
        connection: this.#opened,
        address,
        certificateEndsAt: certificate?.endsAt,
      },
      certificateName: certificate?.name,
    };
    const connection = new KioskConnection(this, opened, handshake, this.#protocol);
    this.#connections.add(connection);
    this.#proving.add(address, connection);
    this.#sweep.wake();
    connection.start();
  }

  accept(kioskId: string, connection: KioskConnection): void {
    this.#proving.remove(connection.address, connection);
    this.kiosks.add(kioskId, connection);
  }

  isShutOut(kioskId: string): boolean {
    return (this.#shutOut.get(kioskId) ?? 0) > this.clock.monotonic();
  }

  flooded(kioskId: string): void {
    this.log.warn({ kiosk: kioskId }, 'a kiosk flooded its link, and is refused for a while');
    this.#shutOut.delete(kioskId);
    this.#shutOut.set(kioskId, this.clock.monotonic() + this.limits.shutOutMs);
    const [oldest] = this.#shutOut.keys();
    if (this.#shutOut.size > SHUT_OUT_MAX && oldest !== undefined) {
      this.#shutOut.delete(oldest);
    }
  }

  forget(kioskId: string | undefined, connection: KioskConnection): void {
    this.#connections.delete(connection);
    this.#proving.remove(connection.address, connection);
    if (kioskId !== undefined) {
      this.kiosks.remove(kioskId, connection);
    }
  }

  stop(): void {
    for (const connection of [...this.#connections]) {
      connection.close('goingAway');
    }
    this.#sweep.stop();
    this.#server.close();
  }
}

/** One function for all sockets: a closure would keep each one's request for as long as it is open. */
function destroy(this: Duplex): void {
  this.destroy();
}

/** The name in the client certificate and its end, if TLS verified it. */
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
