import type { KioskStatus, StatusReport } from '../../shared/protocol/kiosk-status.ts';
import { bucketed, difference } from './bucketing.ts';

/** A whole report comes after so many partial ones: it repairs what a fault of either end lost. */
export const PARTIAL_MAX = 20;

/** Makes reports of a status: whole at first and now and then, otherwise what changed. */
export class Reporter {
  #acknowledged: KioskStatus | undefined;
  #partial = 0;

  /** The next report; what it says counts as known once `acknowledged` was called. */
  next(now: KioskStatus): { report: StatusReport; acknowledged: () => void } {
    const before = this.#partial >= PARTIAL_MAX ? undefined : this.#acknowledged;
    const status = bucketed(now, before);
    const report: StatusReport = before ? difference(status, before) : status;
    return {
      report,
      acknowledged: () => {
        this.#acknowledged = status;
        this.#partial = before ? this.#partial + 1 : 0;
      },
    };
  }

  /** Whether there is anything new to report. */
  hasNews(now: KioskStatus): boolean {
    return Object.keys(this.next(now).report).length > 1;
  }

  /** The server knows nothing of this kiosk, or asks for all of it: the next report is whole. */
  forget(): void {
    this.#acknowledged = undefined;
  }
}
