import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import smpp, { type Pdu, type Session } from 'smpp';
import { SMTPServer } from 'smtp-server';

/** A real mail server and a real message centre on this machine, that keep what they are given. */
export class MessageServers {
  readonly mails: ParsedMail[] = [];
  readonly texts: { to: string; text: string }[] = [];
  /** A status other than 0 is said to every SMS. */
  smsStatus = 0;
  smtpPort = 0;
  smppPort = 0;
  #stop: (() => Promise<unknown>)[] = [];
  #heard: (() => void)[] = [];

  async start(): Promise<this> {
    const mail = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData: (stream, _session, callback) => {
        simpleParser(stream).then((parsed) => {
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
    for (const heard of this.#heard.splice(0)) {
      heard();
    }
  }
}
