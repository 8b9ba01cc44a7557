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
import { Semaphore } from './semaphore.ts';

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
  #proving = 0;
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
    // From here on it is the WebSocket's.
    socket.off('error', destroy);
    this.#opened += 1;
    this.#proving += 1;
    const certificate = certificateOf(socket);
    const handshake = {
      host: (headers.host ?? '').toLowerCase(),
      info: {
        connection: this.#opened,
        address: socket.remoteAddress ?? '',
        certificateEndsAt: certificate?.endsAt,
      },
      certificateName: certificate?.name,
    };
    const connection = new KioskConnection(this, opened, handshake, this.#protocol);
    this.#connections.add(connection);
    this.#sweep.wake();
    connection.start();
  }

  accept(kioskId: string, connection: KioskConnection): void {
    this.#proving -= 1;
    this.kiosks.add(kioskId, connection);
  }

  forget(kioskId: string | undefined, connection: KioskConnection): void {
    this.#connections.delete(connection);
    if (kioskId === undefined) {
      this.#proving -= 1;
    } else {
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
