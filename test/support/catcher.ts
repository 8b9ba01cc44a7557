import type { OutgoingMail, Transports } from '../../server/notify/transport.ts';
import { Waiter } from './waiter.ts';

/** Of a mail or an SMS: both have the first two. */
export type Caught = Pick<OutgoingMail, 'to' | 'text'> & Partial<OutgoingMail>;

/** Stands where SMTP and SMPP stand: keeps what leaves the outbox, for tests of those who write to it. */
export class Catcher {
  readonly #caught = { email: new Waiter<Caught>(), sms: new Waiter<Caught>() };
  readonly #counts = { email: 0, sms: 0 };

  /** The next message by a channel; with an address, the next one to it. */
  next(channel: 'email' | 'sms', to?: string): Promise<Caught> {
    return this.#caught[channel].next((one) => to === undefined || one.to === to);
  }

  /** How many left by a channel so far. */
  count(channel: 'email' | 'sms'): number {
    return this.#counts[channel];
  }

  transports(): Transports {
    const take = (channel: 'email' | 'sms') => (message: Caught) => {
      this.#counts[channel] += 1;
      this.#caught[channel].push(message);
      return Promise.resolve({ outcome: 'sent' as const });
    };
    const stop = () => Promise.resolve();
    return {
      email: { channel: 'email', send: take('email'), stop },
      sms: { channel: 'sms', send: take('sms'), stop },
    };
  }
}
