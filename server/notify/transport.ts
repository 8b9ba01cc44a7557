import type { Channel } from './templates.ts';

/** An e-mail on its way out. */
export interface OutgoingMail {
  /** The message's own id: the receiving end can tell a second copy by it. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  attachments: readonly { filename: string; contentType: string; content: Buffer }[];
}

/** An SMS on its way out. */
export interface OutgoingSms {
  id: string;
  /** E.164. */
  to: string;
  text: string;
}

/**
 * What the other end said; `code` is short and never quotes it, since a server's words may hold the
 * address.
 *
 * - `refused`: this message will never be taken.
 * - `later`: this message may be tried again; it may even have arrived.
 * - `unreachable`: nothing was handed over, and nothing else will be now.
 */
export type SendOutcome =
  | { outcome: 'sent' }
  | { outcome: 'refused'; code: string }
  | { outcome: 'later'; code: string; retryAfterMs?: number }
  | { outcome: 'unreachable'; code: string };

/** One way out. Never throws: what went wrong is an outcome. */
export interface Transport<Message> {
  readonly channel: Channel;
  send(message: Message): Promise<SendOutcome>;
  stop(): Promise<void>;
}

export type MailTransport = Transport<OutgoingMail> & { channel: 'email' };
export type SmsTransport = Transport<OutgoingSms> & { channel: 'sms' };

/** The ways out that this service has; a channel without one is `unavailable`. */
export interface Transports {
  email?: MailTransport | undefined;
  sms?: SmsTransport | undefined;
}
