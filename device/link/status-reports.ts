import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { AnswerOf } from '../../shared/protocol/actions.ts';
import type { KioskStatus, StatusReport } from '../../shared/protocol/kiosk-status.ts';
import { Reporter } from './reporter.ts';

export interface StatusReportsDeps {
  clock: Clock;
  /** The kiosk's own state, asked for whenever it is due to be reported. */
  status: () => KioskStatus;
  send: (report: StatusReport) => Promise<AnswerOf<'Status'>>;
  /** The time between two reports, in milliseconds. */
  everyMs: () => number;
  /** The server did not answer a report in time. */
  onSilence: () => void;
}

/** A change is reported at once, but not more often than this. */
const NEWS_GAP_MS = 200;

/** Reports the kiosk's status over one connection, until it is stopped. */
export class StatusReports {
  readonly #deps: StatusReportsDeps;
  readonly #reporter = new Reporter();
  /** `again`: one is on its way, and another is due as soon as it is answered. */
  #state: 'waiting' | 'soon' | 'sent' | 'again' | 'stopped' = 'waiting';
  #cancel = () => {};

  constructor(deps: StatusReportsDeps) {
    this.#deps = deps;
  }

  /** @param delayMs until the first report. */
  start(delayMs: number): void {
    this.#schedule(delayMs);
  }

  stop(): void {
    this.#state = 'stopped';
    this.#cancel();
  }

  /** Something changed that the site should know now: a report goes out, if it has news. */
  soon(): void {
    if (this.#state === 'sent') {
      this.#state = 'again';
    } else if (this.#state === 'waiting' && this.#reporter.hasNews(this.#deps.status())) {
      this.#state = 'soon';
      this.#schedule(NEWS_GAP_MS);
    }
  }

  #schedule(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#deps.clock.after(delayMs, () => void this.#send());
  }

  async #send(): Promise<void> {
    const { status, send, everyMs, onSilence } = this.#deps;
    const { report, acknowledged } = this.#reporter.next(status());
    this.#state = 'sent';
    let isWholeWanted = false;
    try {
      const answer = await send(report);
      acknowledged();
      isWholeWanted = answer.whole === true;
    } catch (error) {
      if (errorCode(error) === 'timeout') {
        onSilence();
      }
    }
    if (this.#isStopped()) {
      return;
    }
    if (isWholeWanted) {
      this.#reporter.forget();
    }
    const isDue = isWholeWanted || this.#isDueAgain();
    this.#state = 'waiting';
    this.#schedule(isDue ? NEWS_GAP_MS : everyMs());
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #isDueAgain(): boolean {
    return this.#state === 'again';
  }
}
