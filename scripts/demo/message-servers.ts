import { once } from 'node:events';
import { type ParsedMail, simpleParser } from 'mailparser';
import smpp, { type Pdu, type Session } from 'smpp';
import { SMTPServer } from 'smtp-server';
import { portOf } from '../launch/port-of.ts';

/** A real mail server and a real SMS centre on this machine, which keep the messages they receive. */
export class MessageServers {
  /** In the order of arrival. */
  readonly arrivals: { kind: 'email' | 'sms'; index: number; at: number }[] = [];
  readonly mails: ParsedMail[] = [];
  readonly texts: { to: string; text: string }[] = [];
  /** The status with which every SMS is answered; other than 0, it is refused. */
  smsStatus = 0;
  smtpPort = 0;
  smppPort = 0;
  #stop: (() => Promise<unknown>)[] = [];
  #waiting: (() => void)[] = [];
  readonly #listeners = new Set<() => void>();

  async start(): Promise<this> {
    const mail = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData: (stream, _session, callback) => {
        simpleParser(stream).then((parsed) => {
          this.arrivals.push({ kind: 'email', index: this.mails.length, at: Date.now() });
          this.mails.push(parsed);
          callback();
          this.#notify();
        }, callback);
      },
    });
    const listening = mail.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    this.smtpPort = portOf(listening);
    const sessions = new Set<Session>();
    const centre = smpp.createServer((session) => {
      sessions.add(session);
      session.on('error', () => {});
      session.on('bind_transceiver', (pdu: Pdu) => session.send(pdu.response()));
      session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
      session.on('unbind', (pdu: Pdu) => session.send(pdu.response()));
      session.on('submit_sm', (pdu: Pdu) => {
        session.send(pdu.response({ command_status: this.smsStatus, message_id: '1' }));
        if (this.smsStatus === 0) {
          const { destination_addr: to = '', short_message: content } = pdu;
          this.arrivals.push({ kind: 'sms', index: this.texts.length, at: Date.now() });
          this.texts.push({ to, text: String(content?.message) });
        }
        this.#notify();
      });
    });
    centre.listen(0, '127.0.0.1');
    await once(centre, 'listening');
    this.smppPort = portOf(centre);
    this.#stop = [
      () => new Promise((resolve) => mail.close(() => resolve(undefined))),
      () => {
        for (const session of sessions) {
          session.destroy();
        }
        return new Promise((resolve) => centre.close(resolve));
      },
    ];
    return this;
  }

  /** Calls `onArrival` whenever a message arrives, until the returned function is called. */
  listen(onArrival: () => void): () => void {
    this.#listeners.add(onArrival);
    return () => this.#listeners.delete(onArrival);
  }

  /** Resolves once the condition holds; it is checked whenever a message arrives. */
  async until(accept: () => boolean): Promise<void> {
    while (!accept()) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.#stop) {
      await stop();
    }
  }

  #notify(): void {
    for (const notify of [...this.#waiting.splice(0), ...this.#listeners]) {
      notify();
    }
  }
}
