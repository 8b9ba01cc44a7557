import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import smpp, { type Pdu, type Session } from 'smpp';
import { SMTPServer } from 'smtp-server';

/** A real mail server and a real message centre on this machine, that keep what they are given. */
export class MessageServers {
  /** In the order of their coming. */
  readonly arrivals: { kind: 'email' | 'sms'; index: number; at: number }[] = [];
  readonly mails: ParsedMail[] = [];
  readonly texts: { to: string; text: string }[] = [];
  /** A status other than 0 is said to every SMS. */
  smsStatus = 0;
  smtpPort = 0;
  smppPort = 0;
  #stop: (() => Promise<unknown>)[] = [];
  #heard: (() => void)[] = [];
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
          this.#tell();
        }, callback);
      },
    });
    const listening = mail.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    this.smtpPort = (listening.address() as AddressInfo).port;
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
        this.#tell();
      });
    });
    centre.listen(0, '127.0.0.1');
    await once(centre, 'listening');
    this.smppPort = (centre.address() as AddressInfo).port;
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

  /** Hears that something has arrived, until the returned function is called. */
  listen(heard: () => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  /** Resolves when what is asked is so; looked at whenever something arrives. */
  async until(accept: () => boolean): Promise<void> {
    while (!accept()) {
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  async stop(): Promise<void> {
    for (const stop of this.#stop) {
      await stop();
    }
  }

  #tell(): void {
    for (const heard of [...this.#heard.splice(0), ...this.#listeners]) {
      heard();
    }
  }
}
