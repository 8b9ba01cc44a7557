import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/actions.ts';
import { CallError } from '../../shared/protocol/call-error.ts';
import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';
import { type Handlers, Peer } from '../../shared/protocol/peer.ts';
import { proofMessage } from '../../shared/protocol/proof.ts';
import type { ReportedConfig } from '../../shared/protocol/remote-config.ts';
import type { ServerClock } from '../time/server-clock.ts';
import { Timers } from '../time/timers.ts';
import type { BootAnswer, KioskLink, LinkEvents } from './kiosk-link.ts';
import { LinkQuality } from './link-quality.ts';
import {
  CONNECT_TIMEOUT_MS,
  dial,
  type Heartbeat,
  type LinkSocket,
  type LinkTls,
} from './link-socket.ts';
import { RENEWED, reconnectDelayMs } from './reconnect.ts';
import { StatusReports } from './status-reports.ts';

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
  /** Learns the server's time from the answers that carry it; without it, nobody needs it. */
  serverClock?: ServerClock | undefined;
  /** The kiosk's own state, asked for whenever it is due to be reported. */
  status: () => KioskStatus;
  tls?: LinkTls | undefined;
  /** The config that this kiosk runs, for its boot. */
  config?: (() => ReportedConfig | undefined) | undefined;
  /** The commands that this kiosk can carry out. */
  capabilities?: readonly string[] | undefined;
  /** How often the status is reported, in place of what the server says. */
  statusEveryMs?: (() => number | undefined) | undefined;
  heartbeat?: Heartbeat | undefined;
}

const NO_REMOTE_CONFIG = { path: '', message: 'this kiosk takes no config from its server' };
const HEARTBEAT: Heartbeat = { everyMs: 20_000, deadlineMs: 10_000 };
const CALL_TIMEOUT_MS = 5_000;
/** Well below what a server allows between its clock and a proof's time. */
const CLOCK_FAR_MS = 60_000;
/** From the open socket to an accepted boot: behind a thousand others it takes its time. */
const BOOT_TIMEOUT_MS = 15_000;
/** The first report comes within this time after boot. */
const FIRST_REPORT_MS = 1_000;

/** The close handshake of a reconnection; a server that is silent is not waited for. */
const RENEW_CLOSE_MS = 1_000;
/** A link that reconnects on request is reported down only after so long. */
const RENEW_GRACE_MS = 3_000;

type TimerName = 'retry' | 'boot' | 'renew' | 'grace';

/**
 * The kiosk's end of the link: one socket at a time, challenge → proof → boot → calls, and again from
 * the start after a loss, with full-jitter back-off and no end. It reports `up` only after an accepted
 * boot, and `down` once per loss.
 */
export class Link implements KioskLink {
  readonly #options: LinkOptions;
  readonly #startedAt: number;
  readonly #quality = new LinkQuality();
  #events: LinkEvents | undefined;
  #socket: LinkSocket | undefined;
  #peer: Peer | undefined;
  #state: 'stopped' | 'connecting' | 'up' = 'stopped';
  #attempt = 0;
  #wasUp = false;
  #intervalMs = 0;
  #withinMs = 0;
  #retryAfterMs: number | undefined;
  #reports: StatusReports | undefined;
  readonly #timers: Timers<TimerName>;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#timers = new Timers(options.clock);
  }

  start(events: LinkEvents): void {
    this.#events = events;
    this.#state = 'connecting';
    this.#connect();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#stopReports();
    this.#timers.stop();
    this.#peer?.close();
    this.#socket?.terminate('stopped');
    this.#socket = undefined;
  }

  /** How good the link is. */
  quality(): NonNullable<KioskStatus['link']> {
    return this.#quality.view();
  }

  /** Something changed that the site should know now: a report goes out, if it has news. */
  reportSoon(): void {
    this.#reports?.soon();
  }

  /** Ends the connection and comes back at once: what is so now stands in the boot's answer. */
  renew(): void {
    const socket = this.#socket;
    if (socket && this.#state === 'up') {
      socket.close(RENEWED);
      this.#timers.set('renew', RENEW_CLOSE_MS, () => socket.terminate(RENEWED));
    }
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
    const { url, tls = {}, heartbeat = HEARTBEAT, clock } = this.#options;
    const socket = dial({ url, tls, heartbeat }, clock, {
      text: (text) => peer.receive(text),
      closed: (reason) => this.#lost(socket, peer, reason),
    });
    const peer: Peer = new Peer({
      send: (text) => socket.send(text),
      clock,
      handlers: this.#handlers(() => ({ socket, peer })),
      flooded: () => socket.terminate('flood'),
    });
    this.#socket = socket;
    this.#peer = peer;
    this.#timers.set('boot', CONNECT_TIMEOUT_MS + BOOT_TIMEOUT_MS, () =>
      socket.terminate('bootTimeout'),
    );
  }

  #handlers(current: () => { socket: LinkSocket; peer: Peer }): Handlers {
    return {
      Challenge: (challenge) => {
        const { socket, peer } = current();
        const proof = this.#prove(challenge);
        // The answer to the challenge is on its way before this runs: boot follows it at once.
        setImmediate(() => void this.#boot(socket, peer));
        return proof;
      },
      ListChanged: () => {
        this.#accepted(current().peer);
        this.#events?.listChanged?.();
        return {};
      },
      Command: ({ id, command }) => {
        this.#accepted(current().peer);
        return this.#events?.command?.(id, command) ?? { status: 'refused', code: 'unsupported' };
      },
      Renew: () => {
        this.#accepted(current().peer);
        const answer = this.#events?.renew?.();
        if (!answer) {
          throw new CallError('unknownAction', 'Renew: not of this kiosk');
        }
        return answer;
      },
      Configure: (desired) => {
        this.#accepted(current().peer);
        return (
          this.#events?.configure?.(desired) ?? { status: 'refused', problems: [NO_REMOTE_CONFIG] }
        );
      },
    };
  }

  /** A server commands no kiosk that it has not accepted. @throws CallError `notAccepted`. */
  #accepted(peer: Peer): void {
    if (this.#peer !== peer || this.#state !== 'up') {
      throw new CallError('notAccepted', 'Nothing but the challenge before boot');
    }
  }

  /**
   * A clock that was never set, or has jumped, is no reason to stay outside: the nonce makes the proof new,
   * and the boot's answer then says what time it is.
   */
  #prove({ nonce, serverTime }: RequestOf<'Challenge'>): AnswerOf<'Challenge'> {
    const { identity, url, clock } = this.#options;
    const isFar = Math.abs(clock.now() - serverTime) > CLOCK_FAR_MS;
    const time = isFar ? serverTime : clock.now();
    const { kioskId } = identity;
    const message = proofMessage({ host: new URL(url).host, nonce, kioskId, time });
    return { kioskId, time, signature: Buffer.from(identity.sign(message)).toString('base64url') };
  }

  async #boot(socket: LinkSocket, peer: Peer): Promise<void> {
    const { software, config, capabilities } = this.#options;
    const request = {
      software,
      startedAt: this.#startedAt,
      config: config?.(),
      capabilities: capabilities && [...capabilities],
    };
    try {
      const boot = await this.#timed(() =>
        peer.call('Boot', request, { timeoutMs: BOOT_TIMEOUT_MS }),
      );
      if (this.#socket !== socket || this.#state === 'stopped') {
        return;
      }
      if (boot.status !== 'accepted') {
        this.#retryAfterMs = boot.retryAfterMs;
        socket.close(boot.status);
        return;
      }
      this.#cameUp(boot, socket, peer);
    } catch (error) {
      // Whatever failed, the socket is of no use: its close event starts the next try.
      const code = errorCode(error);
      socket.terminate(code === 'closed' ? 'closed' : `boot.${code}`);
    }
  }

  #cameUp(boot: BootAnswer, socket: LinkSocket, peer: Peer): void {
    if (this.#wasUp) {
      this.#quality.reconnected();
    }
    this.#wasUp = true;
    this.#attempt = 0;
    this.#retryAfterMs = undefined;
    this.#state = 'up';
    this.#intervalMs = boot.intervalMs;
    this.#withinMs = boot.reconnectWithinMs ?? 0;
    this.#timers.clear('boot');
    this.#timers.clear('grace');
    this.#reports = this.#reportsOver(peer, socket);
    this.#reports.start(Math.min(FIRST_REPORT_MS, boot.intervalMs) * this.#options.random());
    this.#events?.up(boot);
  }

  /** Reports the kiosk's status over this connection; silence for an answer ends it. */
  #reportsOver(peer: Peer, socket: LinkSocket): StatusReports {
    const { clock, status, statusEveryMs } = this.#options;
    return new StatusReports({
      clock,
      status,
      send: async (report) => {
        const answer = await this.#timed(() =>
          peer.call('Status', report, { timeoutMs: CALL_TIMEOUT_MS }),
        );
        this.#withinMs = answer.reconnectWithinMs ?? this.#withinMs;
        return answer;
      },
      everyMs: () => statusEveryMs?.() ?? this.#intervalMs,
      onSilence: () => socket.terminate('statusTimeout'),
    });
  }

  #stopReports(): void {
    this.#reports?.stop();
    this.#reports = undefined;
  }

  /** Makes a call whose answer carries the server's time, and learns from it and from how long it took. */
  async #timed<Answer extends { serverTime: number }>(
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    const { clock, serverClock } = this.#options;
    const before = clock.monotonic();
    const answer = await call();
    const durationMs = clock.monotonic() - before;
    this.#quality.note(durationMs);
    serverClock?.noteRoundTrip({ durationMs, serverTime: answer.serverTime });
    return answer;
  }

  #lost(socket: LinkSocket, peer: Peer, reason: string): void {
    peer.close();
    if (this.#socket !== socket || this.#state === 'stopped') {
      return;
    }
    this.#stopReports();
    this.#timers.stop();
    this.#socket = undefined;
    this.#peer = undefined;
    this.#state = 'connecting';
    if (reason === RENEWED) {
      // It is back before anybody at the gate has typed a code: the screen need not say so.
      this.#timers.set('grace', RENEW_GRACE_MS, () => this.#events?.down(reason));
    } else {
      this.#events?.down(reason);
    }
    const loss = {
      attempt: this.#attempt,
      reason,
      withinMs: this.#withinMs,
      retryAfterMs: this.#retryAfterMs,
    };
    this.#attempt += 1;
    this.#retryAfterMs = undefined;
    const delayMs = reconnectDelayMs(loss, this.#options.random());
    this.#timers.set('retry', delayMs, () => this.#connect());
  }
}
