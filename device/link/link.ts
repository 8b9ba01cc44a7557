import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/actions.ts';
import { CallError } from '../../shared/protocol/call-error.ts';
import type { CommandAnswer, KioskCommand } from '../../shared/protocol/kiosk-command.ts';
import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';
import { type Handlers, Peer } from '../../shared/protocol/peer.ts';
import { proofMessage } from '../../shared/protocol/proof.ts';
import type { DesiredConfig, ReportedConfig } from '../../shared/protocol/remote-config.ts';
import { LinkQuality } from './link-quality.ts';
import {
  CONNECT_TIMEOUT_MS,
  dial,
  type Heartbeat,
  type LinkSocket,
  type LinkTls,
} from './link-socket.ts';
import { RENEWED, reconnectDelayMs } from './reconnect.ts';
import { Reporter } from './reporter.ts';

/** What the server told an accepted kiosk. */
export type BootAnswer = AnswerOf<'Boot'> & { status: 'accepted' };

/** What the link reports; `reason` is a stable code. */
export interface LinkEvents {
  up(boot: BootAnswer): void;
  down(reason: string): void;
  /** The server has a newer offline list for this gate. */
  listChanged?(): void;
  /** The site commands the kiosk; the answer says what becomes of it. */
  command?(id: string, command: KioskCommand): CommandAnswer | Promise<CommandAnswer>;
  /** The kiosk is to come anew, by {@link Link.renew}, when it serves nobody. */
  renew?(): AnswerOf<'Renew'>;
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
  status: () => KioskStatus;
  tls?: LinkTls;
  /** The config that this kiosk runs, for its boot. */
  config?: () => ReportedConfig | undefined;
  /** The commands that this kiosk can carry out. */
  capabilities?: readonly string[];
  /** How often the status is reported, in place of what the server says. */
  statusEveryMs?: () => number | undefined;
  heartbeat?: Heartbeat;
}

const UNSTEERED = { path: '', message: 'this kiosk takes no config from its server' };
const HEARTBEAT: Heartbeat = { everyMs: 20_000, deadlineMs: 10_000 };
const CALL_TIMEOUT_MS = 5_000;
/** Well below what a server allows between its clock and a proof's time. */
const CLOCK_FAR_MS = 60_000;
/** From the open socket to an accepted boot: behind a thousand others it takes its time. */
const BOOT_TIMEOUT_MS = 15_000;
/** The first report comes within this time after boot. */
const FIRST_REPORT_MS = 1_000;
/** What changes is told at once, but not more often than this. */
const NEWS_GAP_MS = 200;

/** The close handshake of a link that comes anew; a server that is silent is not waited for. */
const RENEW_CLOSE_MS = 1_000;
/** A link that comes anew is not called down for so long. */
const RENEW_GRACE_MS = 3_000;

type TimerName = 'retry' | 'boot' | 'status' | 'renew' | 'grace';

/**
 * The kiosk's end of the link: one socket at a time, challenge → proof → boot → calls, and again from
 * the start after a loss, with full-jitter back-off and no end. It reports `up` only after an accepted
 * boot, and `down` once per loss.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #startedAt: number;
  readonly #quality = new LinkQuality();
  readonly #reporter = new Reporter();
  #events: LinkEvents | undefined;
  #socket: LinkSocket | undefined;
  #peer: Peer | undefined;
  #state: 'stopped' | 'connecting' | 'up' = 'stopped';
  #attempt = 0;
  #wasUp = false;
  #intervalMs = 0;
  #withinMs = 0;
  #retryAfterMs: number | undefined;
  #report: 'none' | 'soon' | 'sent' | 'again' = 'none';
  readonly #timers = new Map<TimerName, () => void>();

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
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
    this.#socket?.terminate('stopped');
    this.#socket = undefined;
  }

  /** How good the link is. */
  quality(): NonNullable<KioskStatus['link']> {
    return this.#quality.view();
  }

  /** This machine's clock less the server's, in milliseconds; `undefined` before the first answer. */
  skewMs(): number | undefined {
    return this.#quality.skewMs();
  }

  /** Something changed that the site should know now: a report goes out, if it has news. */
  reportSoon(): void {
    if (this.#state !== 'up') {
      return;
    }
    if (this.#report === 'sent') {
      this.#report = 'again';
    } else if (this.#report === 'none' && this.#reporter.hasNews(this.#options.status())) {
      this.#report = 'soon';
      this.#scheduleReport(NEWS_GAP_MS);
    }
  }

  /** Ends the connection and comes back at once: what is so now stands in the boot's answer. */
  renew(): void {
    const socket = this.#socket;
    if (socket && this.#state === 'up') {
      socket.close(RENEWED);
      this.#setTimer('renew', RENEW_CLOSE_MS, () => socket.terminate(RENEWED));
    }
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
    this.#setTimer('boot', CONNECT_TIMEOUT_MS + BOOT_TIMEOUT_MS, () =>
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
        return this.#events?.configure?.(desired) ?? { status: 'refused', problems: [UNSTEERED] };
      },
    };
  }

  /** A server steers nobody whom it has not accepted. @throws CallError `notAccepted`. */
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
    const reported = config?.();
    const request = {
      software,
      startedAt: this.#startedAt,
      ...(reported ? { config: reported } : {}),
      ...(capabilities ? { capabilities: [...capabilities] } : {}),
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
      this.#cameUp(boot);
    } catch (error) {
      // Whatever failed, the socket is of no use: its close event starts the next try.
      const code = errorCode(error);
      socket.terminate(code === 'closed' ? 'closed' : `boot.${code}`);
    }
  }

  #cameUp(boot: BootAnswer): void {
    if (this.#wasUp) {
      this.#quality.reconnected();
    }
    this.#wasUp = true;
    this.#attempt = 0;
    this.#retryAfterMs = undefined;
    this.#state = 'up';
    this.#intervalMs = boot.intervalMs;
    this.#withinMs = boot.reconnectWithinMs ?? 0;
    this.#clearTimer('boot');
    this.#clearTimer('grace');
    this.#report = 'none';
    this.#reporter.forget();
    this.#scheduleReport(Math.min(FIRST_REPORT_MS, boot.intervalMs) * this.#options.random());
    this.#events?.up(boot);
  }

  #scheduleReport(delayMs: number): void {
    this.#setTimer('status', delayMs, () => void this.#sendReport());
  }

  /** Reports the kiosk's status for as long as the link is up; silence for an answer ends the link. */
  async #sendReport(): Promise<void> {
    const { status, statusEveryMs } = this.#options;
    const peer = this.#peer;
    const socket = this.#socket;
    if (!peer || this.#report === 'sent' || this.#report === 'again') {
      return;
    }
    const { report, heard } = this.#reporter.next(status());
    this.#report = 'sent';
    try {
      const answer = await this.#timed(() =>
        peer.call('Status', report, { timeoutMs: CALL_TIMEOUT_MS }),
      );
      heard();
      this.#withinMs = answer.reconnectWithinMs ?? this.#withinMs;
      if (answer.whole) {
        this.#reporter.forget();
        this.#report = 'again';
      }
    } catch (error) {
      if (errorCode(error) === 'timeout') {
        socket?.terminate('statusTimeout');
      }
    }
    if (this.#peer === peer && this.#state === 'up') {
      const soon = (this.#report as string) === 'again';
      this.#report = 'none';
      this.#scheduleReport(soon ? NEWS_GAP_MS : (statusEveryMs?.() ?? this.#intervalMs));
    }
  }

  /** Makes a call whose answer carries the server's time, and learns from how long it took. */
  async #timed<Answer extends { serverTime: number }>(
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    const { clock } = this.#options;
    const before = clock.monotonic();
    const answer = await call();
    const durationMs = clock.monotonic() - before;
    const { serverTime } = answer;
    this.#quality.note({ durationMs, answeredAt: clock.now(), serverTime });
    return answer;
  }

  #lost(socket: LinkSocket, peer: Peer, reason: string): void {
    peer.close();
    if (this.#socket !== socket || this.#state === 'stopped') {
      return;
    }
    this.#stopTimers();
    this.#socket = undefined;
    this.#peer = undefined;
    this.#state = 'connecting';
    if (reason === RENEWED) {
      // It is back before anybody at the gate has typed a code: they need not be told.
      this.#setTimer('grace', RENEW_GRACE_MS, () => this.#events?.down(reason));
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
    this.#setTimer('retry', delayMs, () => this.#connect());
  }

  #setTimer(name: TimerName, delayMs: number, callback: () => void): void {
    this.#clearTimer(name);
    this.#timers.set(name, this.#options.clock.after(delayMs, callback));
  }

  #clearTimer(name: TimerName): void {
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
