import WebSocket from 'ws';
import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { CommandAnswer, KioskCommand } from '../../shared/protocol/command.ts';
import { SOCKET_PAYLOAD_BYTES_MAX, SUBPROTOCOL } from '../../shared/protocol/frame.ts';
import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/messages.ts';
import { CallError, Peer } from '../../shared/protocol/peer.ts';
import { proofMessage } from '../../shared/protocol/proof.ts';
import type { DesiredConfig } from '../../shared/protocol/steered-config.ts';

/** What the server told an accepted kiosk. */
export type BootAnswer = AnswerOf<'Boot'> & { status: 'accepted' };

/** What the link reports; `reason` is a stable code. */
export interface LinkEvents {
  up(boot: BootAnswer): void;
  down(reason: string): void;
  /** The server has a newer offline list for this gate. */
  listChanged?(): void;
  /** The site commands the kiosk; the answer says whether it can be done now. */
  command?(id: string, command: KioskCommand): CommandAnswer | Promise<CommandAnswer>;
  /** The config that the site wants from now on. */
  configure?(desired: DesiredConfig): AnswerOf<'Configure'> | Promise<AnswerOf<'Configure'>>;
}

/** Who this kiosk is, and how it proves it. The private key stays behind `sign`. */
export interface KioskIdentity {
  kioskId: string;
  sign(message: Uint8Array): Uint8Array;
}

export interface LinkOptions {
  url: string;
  identity: KioskIdentity;
  software: string;
  clock: Clock;
  random: () => number;
  /** The kiosk's own state, asked for whenever it is due to be reported. */
  status: () => RequestOf<'Status'>;
  /** PEM of the authority to trust instead of the public ones. */
  ca?: string;
}

const UNSTEERED = { path: '', message: 'this kiosk takes no config from its server' };
const BACKOFF: BackoffLimits = { firstMs: 500, longestMs: 30_000, factor: 2 };
const CALL_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** From the open socket to an accepted boot. */
const BOOT_TIMEOUT_MS = 10_000;

/**
 * The kiosk's end of the link: one socket at a time, challenge → proof → boot → calls, and again from
 * the start after a loss, with full-jitter back-off and no end. It reports `up` only after an accepted
 * boot, and `down` once per loss.
 */
export class Link {
  readonly #options: LinkOptions;
  #events: LinkEvents | undefined;
  #socket: WebSocket | undefined;
  #peer: Peer | undefined;
  #state: 'stopped' | 'connecting' | 'up' = 'stopped';
  #attempt = 0;
  readonly #timers = new Map<'retry' | 'boot' | 'status', () => void>();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(events: LinkEvents): void {
    this.#events = events;
    this.#state = 'connecting';
    this.#connect();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#stopTimers();
    this.#peer?.close();
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /**
   * Asks the server for a verdict.
   *
   * @throws CallError `closed` when the link is down, or any other code of a call.
   */
  async verify(request: RequestOf<'Verify'>, timeoutMs: number): Promise<AnswerOf<'Verify'>> {
    return await this.call('Verify', request, timeoutMs);
  }

  /**
   * Makes any call of a kiosk.
   *
   * @throws CallError `closed` when the link is down, or any other code of a call.
   */
  async call<Name extends ActionName>(
    name: Name,
    request: RequestOf<Name>,
    timeoutMs: number,
  ): Promise<AnswerOf<Name>> {
    if (!this.#peer || this.#state !== 'up') {
      throw new CallError('closed', `${name}: the link is down`);
    }
    return await this.#peer.call(name, request, { timeoutMs });
  }

  #connect(): void {
    const { url, ca } = this.#options;
    const socket = new WebSocket(url, SUBPROTOCOL, {
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      maxPayload: SOCKET_PAYLOAD_BYTES_MAX,
      perMessageDeflate: false,
      followRedirects: false,
      ...(ca ? { ca } : {}),
    });
    const peer = new Peer({
      send: (text) => socket.send(text),
      clock: this.#options.clock,
      handlers: {
        Challenge: (challenge) => {
          const proof = this.#prove(challenge.nonce);
          // The answer to the challenge is on its way before this runs: boot follows it at once.
          setImmediate(() => void this.#boot(socket, peer));
          return proof;
        },
        ListChanged: () => {
          if (this.#peer === peer && this.#state === 'up') {
            this.#events?.listChanged?.();
          }
          return {};
        },
        Command: ({ id, command }) =>
          this.#events?.command?.(id, command) ?? { status: 'refused', code: 'unsupported' },
        Configure: (desired) =>
          this.#events?.configure?.(desired) ?? { status: 'refused', problems: [UNSTEERED] },
      },
    });
    this.#socket = socket;
    this.#peer = peer;
    this.#setTimer('boot', CONNECT_TIMEOUT_MS + BOOT_TIMEOUT_MS, () => socket.terminate());
    let reason = 'closed';
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        socket.close(1003, 'text only');
      } else {
        peer.receive(data.toString());
      }
    });
    socket.on('error', (error) => {
      reason = errorCode(error);
    });
    socket.on('close', () => this.#lost(socket, peer, reason));
  }

  #prove(nonce: string): AnswerOf<'Challenge'> {
    const { identity, url, clock } = this.#options;
    const time = clock.now();
    const { kioskId } = identity;
    const message = proofMessage({ host: new URL(url).host, nonce, kioskId, time });
    return { kioskId, time, signature: Buffer.from(identity.sign(message)).toString('base64url') };
  }

  async #boot(socket: WebSocket, peer: Peer): Promise<void> {
    const { software, clock } = this.#options;
    try {
      const request = { software, startedAt: clock.now() };
      const boot = await peer.call('Boot', request, { timeoutMs: CALL_TIMEOUT_MS });
      if (this.#socket !== socket || this.#state === 'stopped') {
        return;
      }
      if (boot.status !== 'accepted') {
        socket.close(1000, boot.status);
        return;
      }
      this.#attempt = 0;
      this.#state = 'up';
      this.#clearTimer('boot');
      this.#scheduleStatus(peer, boot.intervalMs);
      this.#events?.up(boot);
    } catch {
      // Whatever failed, the socket is of no use: its close event starts the next try.
      socket.terminate();
    }
  }

  /** Reports the kiosk's status for as long as the link is up; silence for an answer ends the link. */
  #scheduleStatus(peer: Peer, intervalMs: number): void {
    this.#setTimer('status', intervalMs, () => {
      const socket = this.#socket;
      const again = () => {
        if (this.#peer === peer && this.#state === 'up') {
          this.#scheduleStatus(peer, intervalMs);
        }
      };
      peer
        .call('Status', this.#options.status(), { timeoutMs: CALL_TIMEOUT_MS })
        .then(again, (error) => (errorCode(error) === 'timeout' ? socket?.terminate() : again()));
    });
  }

  #lost(socket: WebSocket, peer: Peer, reason: string): void {
    peer.close();
    if (this.#socket !== socket || this.#state === 'stopped') {
      return;
    }
    this.#stopTimers();
    this.#socket = undefined;
    this.#peer = undefined;
    this.#state = 'connecting';
    this.#events?.down(reason);
    const delayMs = backoffMs(this.#attempt++, BACKOFF, this.#options.random());
    this.#setTimer('retry', delayMs, () => this.#connect());
  }

  #setTimer(name: 'retry' | 'boot' | 'status', delayMs: number, callback: () => void): void {
    this.#clearTimer(name);
    this.#timers.set(name, this.#options.clock.after(delayMs, callback));
  }

  #clearTimer(name: 'retry' | 'boot' | 'status'): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #stopTimers(): void {
    for (const cancel of this.#timers.values()) {
      cancel();
    }
    this.#timers.clear();
  }
}
