import type { Channel } from './templates.ts';

/** An e-mail to be sent. */
export interface OutgoingMail {
  /** The message's own id, by which the receiver can recognise a second copy. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  attachments: readonly { filename: string; contentType: string; content: Buffer }[];
}

/** An SMS to be sent. */
export interface OutgoingSms {
  id: string;
  /** E.164. */
  to: string;
  text: string;
}

/**
 * The outcome of one attempt. `code` is short and never quotes the server, whose words may hold the
 * address.
 *
 * - `refused`: the server will never accept this message.
 * - `later`: the message may be sent again later; it may even have arrived.
 * - `unreachable`: nothing was delivered, and no other message would be now.
 */
export type SendOutcome =
  | { outcome: 'sent' }
  | { outcome: 'refused'; code: string }
  | { outcome: 'later'; code: string; retryAfterMs?: number | undefined }
  | { outcome: 'unreachable'; code: string };

/** Sends messages of one channel. Never throws: a failure is an outcome. */
export interface Transport<Message> {
  readonly channel: Channel;
  send(message: Message): Promise<SendOutcome>;
  stop(): Promise<void>;
}

export type MailTransport = Transport<OutgoingMail> & { channel: 'email' };
export type SmsTransport = Transport<OutgoingSms> & { channel: 'sms' };

/** The configured transports; a channel without one is `unavailable`. */
export interface Transports {
  email?: MailTransport | undefined;
  sms?: SmsTransport | undefined;
}
