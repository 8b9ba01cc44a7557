import type { OutgoingMail, Transports } from '../../server/notify/transport.ts';
import { Waiter } from './waiter.ts';

/** A caught mail or SMS; both have a recipient and a text. */
export type Caught = Pick<OutgoingMail, 'to' | 'text'> & Partial<OutgoingMail>;

/** Takes the place of SMTP and SMPP, and keeps the messages that leave the outbox. */
export class Catcher {
  readonly #caught = { email: new Waiter<Caught>(), sms: new Waiter<Caught>() };
  readonly #counts = { email: 0, sms: 0 };

  /** The next message of a channel, or the next one to an address. */
  next(channel: 'email' | 'sms', to?: string): Promise<Caught> {
    return this.#caught[channel].next((one) => to === undefined || one.to === to);
  }

  /** How many messages a channel has sent so far. */
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
