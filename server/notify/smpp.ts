import smpp, { type Pdu, type Session } from 'smpp';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { SmppConfig } from './notify-config.ts';
import { joinHeader, segment } from './sms-segments.ts';
import type { OutgoingSms, SendOutcome, SmsTransport } from './transport.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 15_000;
/** Keep-alive interval, because the message centre closes an idle connection. */
const ENQUIRE_EVERY_MS = 30_000;
/** How long to wait after a message centre's "throttled". */
const THROTTLED_MS = 5_000;

/** Type of number and numbering plan (SMPP 3.4 §5.2.5, §5.2.6). */
const INTERNATIONAL = 1;
const ALPHANUMERIC = 5;
const ISDN = 1;
const UDH_INDICATOR = 0x40;

/** Temporary statuses (SMPP 3.4 §5.1.3): system error, queue full, throttled, temporary app error. */
const TEMPORARY = new Map([
  [0x08, 'smppSystemError'],
  [0x14, 'smppQueueFull'],
  [0x58, 'smppThrottled'],
  [0x64, 'smppTemporary'],
]);

/** SMS over SMPP 3.4: one bound connection, kept open and replaced when it is lost. */
export class SmppTransport implements SmsTransport {
  readonly channel = 'sms';
  readonly #config: SmppConfig;
  readonly #secrets: { password: string; ca?: string | undefined };
  readonly #clock: Clock;
  #bound: Promise<BoundSession> | undefined;

  constructor(
    config: SmppConfig,
    secrets: { password: string; ca?: string | undefined },
    clock: Clock,
  ) {
    this.#config = config;
    this.#secrets = secrets;
    this.#clock = clock;
  }

  async send(sms: OutgoingSms): Promise<SendOutcome> {
    let bound: BoundSession;
    try {
      this.#bound ??= this.#bind();
      bound = await this.#bound;
    } catch (error) {
      this.#bound = undefined;
      return { outcome: 'unreachable', code: errorCode(error) };
    }
    const { dataCoding, parts } = segment(sms.text);
    // Derived from the id, so that parts sent again join the ones that arrived before.
    const reference = Number.parseInt(sms.id.slice(0, 2), 16) || 0;
    for (const [index, part] of parts.entries()) {
      const isOne = parts.length === 1;
      const header = isOne ? undefined : joinHeader(reference, parts.length, index + 1);
      const answer = await bound
        .request('submit_sm', this.#submission(sms, dataCoding, part, header))
        .catch((error: unknown) => errorCode(error));
      if (typeof answer === 'string') {
        return { outcome: 'later', code: answer };
      }
      if (answer.command_status !== 0) {
        return outcomeOf(answer.command_status);
      }
    }
    return { outcome: 'sent' };
  }

  async stop(): Promise<void> {
    const bound = await this.#bound?.catch(() => undefined);
    this.#bound = undefined;
    bound?.end();
  }

  #submission(sms: OutgoingSms, dataCoding: number, part: Buffer, header: Buffer | undefined) {
    const { from } = this.#config;
    const isNumber = /^\+?[0-9]+$/.test(from);
    return {
      source_addr_ton: isNumber ? INTERNATIONAL : ALPHANUMERIC,
      source_addr_npi: isNumber ? ISDN : 0,
      source_addr: from.replace('+', ''),
      dest_addr_ton: INTERNATIONAL,
      dest_addr_npi: ISDN,
      destination_addr: sms.to.replace('+', ''),
      data_coding: dataCoding,
      esm_class: header ? UDH_INDICATOR : 0,
      short_message: header ? Buffer.concat([header, part]) : part,
    };
  }

  async #bind(): Promise<BoundSession> {
    const { host, port, tls, systemId, systemType } = this.#config;
    const { password, ca } = this.#secrets;
    const options = { host, port, tls, servername: host, minVersion: 'TLSv1.2', ca };
    const session = smpp.connect(tls ? options : { host, port, tls });
    const bound = new BoundSession(session, this.#clock, () => {
      this.#bound = undefined;
    });
    await bound.open(tls ? 'secureConnect' : 'connect');
    const answer = await bound.request('bind_transceiver', {
      system_id: systemId,
      password,
      system_type: systemType,
      interface_version: 0x34,
    });
    if (answer.command_status !== 0) {
      bound.end();
      const status = answer.command_status.toString(16).padStart(2, '0');
      throw new ConnectionLost(`smppBind${status}`);
    }
    bound.keepAlive();
    return bound;
  }
}

/** The message centre is of no use now; `code` is ours, the system's or holds the centre's own status. */
class ConnectionLost extends Error {
  readonly code: string;

  constructor(code: string) {
    super('The connection to the message centre is lost');
    this.code = code;
  }
}

/** One connection; every request on it resolves with its response or rejects with the reason. */
class BoundSession {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #gone: () => void;
  readonly #waiting = new Set<(error: ConnectionLost) => void>();
  #lost: ConnectionLost | undefined;
  #cancelAlive = () => {};

  constructor(session: Session, clock: Clock, gone: () => void) {
    this.#session = session;
    this.#clock = clock;
    this.#gone = gone;
    // A broken connection or a malformed PDU; a `close` event follows.
    session.on('error', (error: unknown) => this.#fail(errorCode(error)));
    session.on('close', () => this.#fail('smppClosed'));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      this.#fail('smppUnbound');
    });
    for (const command of ['enquire_link', 'deliver_sm']) {
      session.on(command, (pdu: Pdu) => session.send(pdu.response()));
    }
  }

  open(event: 'connect' | 'secureConnect'): Promise<void> {
    return this.#wait(CONNECT_TIMEOUT_MS, 'smppConnectTimeout', (resolve) => {
      this.#session.once(event, () => resolve());
    });
  }

  request(
    command: 'bind_transceiver' | 'submit_sm',
    options: Record<string, unknown>,
  ): Promise<Pdu> {
    return this.#wait(ANSWER_TIMEOUT_MS, 'smppTimeout', (resolve) => {
      this.#session[command](options, resolve);
    });
  }

  /** Sends enquire_link periodically; a missing response ends the session. */
  keepAlive(): void {
    this.#cancelAlive = this.#clock.after(ENQUIRE_EVERY_MS, () => {
      this.#wait<Pdu>(ANSWER_TIMEOUT_MS, 'smppTimeout', (resolve) => {
        this.#session.enquire_link(resolve);
      }).then(
        () => this.keepAlive(),
        () => this.#fail('smppTimeout'),
      );
    });
  }

  end(): void {
    this.#session.unbind(() => {});
    this.#fail('smppEnded');
  }

  #wait<Result>(
    timeoutMs: number,
    timeoutCode: string,
    begin: (resolve: (result: Result) => void) => void,
  ): Promise<Result> {
    if (this.#lost) {
      return Promise.reject(this.#lost);
    }
    return new Promise((resolve, reject) => {
      const settle = () => {
        cancel();
        this.#waiting.delete(fail);
      };
      const fail = (error: ConnectionLost) => {
        settle();
        reject(error);
      };
      const cancel = this.#clock.after(timeoutMs, () => this.#fail(timeoutCode));
      this.#waiting.add(fail);
      begin((result) => {
        settle();
        resolve(result);
      });
    });
  }

  /** Ends the session and rejects all pending requests; the next message opens another session. */
  #fail(code: string): void {
    if (this.#lost) {
      return;
    }
    this.#lost = new ConnectionLost(code);
    this.#cancelAlive();
    this.#gone();
    for (const fail of [...this.#waiting]) {
      fail(this.#lost);
    }
    this.#session.close();
  }
}

/** What a submission's status means. Exported for its test table. Pure. */
export function outcomeOf(status: number): SendOutcome {
  const temporary = TEMPORARY.get(status);
  return temporary
    ? { outcome: 'later', code: temporary, retryAfterMs: THROTTLED_MS }
    : { outcome: 'refused', code: `smpp${status.toString(16).padStart(2, '0')}` };
}
