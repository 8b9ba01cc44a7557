import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../shared/clock.ts';
import { SOCKET_PAYLOAD_BYTES_MAX, SUBPROTOCOL } from '../../shared/protocol/frame.ts';
import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/messages.ts';
import { CallError } from '../../shared/protocol/peer.ts';
import type { Keyring } from '../credential/keyring.ts';
import type { Log } from '../log.ts';
import type { Fleet } from './fleet.ts';
import { KioskCalls, type KioskCallsDeps } from './kiosk-calls.ts';
import { type ConnectionHost, KioskConnection } from './kiosk-connection.ts';
import { type CloseReason, defaultSocketLimits, type SocketLimits } from './link-limits.ts';
import { type LinkListener, plainListener } from './link-listener.ts';

/** Where kiosks connect. */
export const LINK_PATH = '/link';

export interface KioskSocketDeps extends KioskCallsDeps {
  fleet: Fleet;
  keyring: Keyring;
  /** The hosts whose codes the gates read. */
  hosts: readonly string[];
  /** Absent: {@link plainListener}. */
  listener?: LinkListener | undefined;
  clock: Clock;
  log: Log;
  limits?: SocketLimits;
}

/** The kiosks' end of the link: one connection each, proven before anything else. */
export class KioskSockets implements ConnectionHost {
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly fleet: Fleet;
  readonly keyring: Keyring;
  readonly hosts: readonly string[];
  readonly calls: KioskCalls;
  readonly listener: LinkListener;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<KioskConnection>();
  readonly #byKiosk = new Map<string, KioskConnection>();
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
        this.#opened += 1;
        const facts = {
          connection: this.#opened,
          address: request.socket.remoteAddress ?? '',
        };
        const connection = new KioskConnection(this, opened, host, facts);
        this.#connections.add(connection);
        connection.start();
      });
    }
  }

  /** The newer connection of a kiosk takes the place of the older. */
  accept(kioskId: string, connection: KioskConnection): void {
    this.#byKiosk.get(kioskId)?.close('evicted');
    this.#byKiosk.set(kioskId, connection);
  }

  forget(kioskId: string | undefined, connection: KioskConnection): void {
    this.#connections.delete(connection);
    if (kioskId !== undefined && this.#byKiosk.get(kioskId) === connection) {
      this.#byKiosk.delete(kioskId);
    }
  }

  /** The ids of the kiosks that are connected to this node. */
  connected(): string[] {
    return [...this.#byKiosk.keys()];
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
    this.#server.close();
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
