import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf } from '../../../shared/protocol/actions.ts';
import type { Log } from '../../log.ts';
import type { CloseReason } from '../link/link-limits.ts';

const RENEW_TIMEOUT_MS = 10_000;
/** Kiosks asked at once. */
const AT_ONCE_MAX = 32;
/** How long a kiosk may stay with the person at its gate before its connection is ended for it. */
export const RENEW_WITHIN_MS = 600_000;

/** What this node can do to a kiosk that is connected to it. */
export interface RenewLine {
  renew(kiosk: string, options: { timeoutMs: number }): Promise<AnswerOf<'Renew'>>;
  disconnect(kiosk: string, reason: CloseReason): void;
}

/**
 * Has kiosks come anew, so that their boot is answered with what is so now, without cutting off whoever
 * is at their gate: each is asked, and comes when it serves nobody. One that does not know the call, does
 * not answer, or has not come within {@link RENEW_WITHIN_MS} is disconnected, and so comes by itself.
 */
export class Renewals {
  readonly #log: Log;
  readonly #now: () => number;
  #line: RenewLine | undefined;
  /** By kiosk: when it was asked. */
  readonly #asked = new Map<string, number>();
  readonly #waiting: string[] = [];
  #asking = 0;

  constructor(deps: { log: Log; now: () => number }) {
    this.#log = deps.log;
    this.#now = deps.now;
  }

  attach(line: RenewLine): void {
    this.#line = line;
  }

  /** Has a kiosk come anew; one that was asked already is not asked again. */
  want(kiosk: string): void {
    if (!this.#asked.has(kiosk)) {
      this.#asked.set(kiosk, this.#now());
      this.#waiting.push(kiosk);
      this.#next();
    }
  }

  /** It came, or went: what is so now it hears at its boot. */
  came(kiosk: string): void {
    this.#asked.delete(kiosk);
  }

  /** Ends the wait for those that were asked too long ago. */
  expire(): void {
    const before = this.#now() - RENEW_WITHIN_MS;
    for (const [kiosk, at] of this.#asked) {
      if (at <= before) {
        this.#cut(kiosk, 'renewLate');
      }
    }
  }

  #next(): void {
    const line = this.#line;
    while (line && this.#asking < AT_ONCE_MAX) {
      const kiosk = this.#waiting.shift();
      if (kiosk === undefined) {
        return;
      }
      this.#asking += 1;
      void this.#ask(line, kiosk).finally(() => {
        this.#asking -= 1;
        this.#next();
      });
    }
  }

  async #ask(line: RenewLine, kiosk: string): Promise<void> {
    try {
      await line.renew(kiosk, { timeoutMs: RENEW_TIMEOUT_MS });
    } catch (error) {
      this.#cut(kiosk, errorCode(error));
    }
  }

  #cut(kiosk: string, code: string): void {
    this.#asked.delete(kiosk);
    if (code !== 'closed') {
      this.#log.warn({ kiosk, code }, 'a kiosk did not come anew by itself');
    }
    this.#line?.disconnect(kiosk, 'unavailable');
  }
}
