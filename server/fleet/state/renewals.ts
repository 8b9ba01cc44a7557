import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf } from '../../../shared/protocol/actions.ts';
import type { Log } from '../../log.ts';
import type { CloseReason } from '../link/link-limits.ts';

const RENEW_TIMEOUT_MS = 10_000;
/** Kiosks asked at once. */
const AT_ONCE_MAX = 32;
/** How long a kiosk may keep its connection for the person at its gate before it is disconnected. */
export const RENEW_WITHIN_MS = 600_000;

/** How a kiosk of this node is asked to reconnect, or made to. */
export interface RenewChannel {
  renew(kiosk: string, options: { timeoutMs: number }): Promise<AnswerOf<'Renew'>>;
  disconnect(kiosk: string, reason: CloseReason): void;
}

/**
 * Asks kiosks to reconnect, so that their boot is answered with what is in force now, without cutting off
 * the person at the gate: each reconnects when it serves nobody. One that does not know the call, does not
 * answer, or has not reconnected within {@link RENEW_WITHIN_MS} is disconnected, and reconnects by itself.
 */
export class Renewals {
  readonly #channel: RenewChannel;
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #log: Log;
  /** By kiosk: when it was asked. */
  readonly #asked = new Map<string, number>();
  readonly #waiting: string[] = [];
  readonly #delayed = new Set<() => void>();
  #asking = 0;

  constructor(deps: { channel: RenewChannel; clock: Pick<Clock, 'now' | 'after'>; log: Log }) {
    this.#channel = deps.channel;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  /** Asks a kiosk to reconnect, unless it was asked already. */
  ask(kiosk: string): void {
    if (!this.#asked.has(kiosk)) {
      this.#asked.set(kiosk, this.#clock.now());
      this.#waiting.push(kiosk);
      this.#next();
    }
  }

  /** Asks each of these kiosks at a random moment within this time, in milliseconds. */
  askWithin(kiosks: readonly string[], withinMs: number): void {
    for (const kiosk of kiosks) {
      const cancel = this.#clock.after(Math.random() * withinMs, () => {
        this.#delayed.delete(cancel);
        this.ask(kiosk);
      });
      this.#delayed.add(cancel);
    }
  }

  /** It reconnected, or disconnected: its next boot is answered with what is in force then. */
  settled(kiosk: string): void {
    this.#asked.delete(kiosk);
  }

  /** Disconnects those that were asked too long ago. */
  expire(): void {
    const before = this.#clock.now() - RENEW_WITHIN_MS;
    for (const [kiosk, at] of this.#asked) {
      if (at <= before) {
        this.#disconnect(kiosk, 'renewLate');
      }
    }
  }

  stop(): void {
    for (const cancel of this.#delayed) {
      cancel();
    }
    this.#delayed.clear();
  }

  #next(): void {
    while (this.#asking < AT_ONCE_MAX) {
      const kiosk = this.#waiting.shift();
      if (kiosk === undefined) {
        return;
      }
      this.#asking += 1;
      void this.#askNow(kiosk).finally(() => {
        this.#asking -= 1;
        this.#next();
      });
    }
  }

  async #askNow(kiosk: string): Promise<void> {
    try {
      await this.#channel.renew(kiosk, { timeoutMs: RENEW_TIMEOUT_MS });
    } catch (error) {
      this.#disconnect(kiosk, errorCode(error));
    }
  }

  #disconnect(kiosk: string, code: string): void {
    this.#asked.delete(kiosk);
    if (code !== 'closed') {
      this.#log.warn({ kiosk, code }, 'a kiosk did not reconnect by itself');
    }
    this.#channel.disconnect(kiosk, 'unavailable');
  }
}
