import type { KioskStatus, StatusReport } from '../../shared/protocol/kiosk-status.ts';
import { bucketed, difference } from './bucketing.ts';

/** A whole report comes after so many partial ones: what a fault of either end lost is told again. */
export const PARTIAL_MAX = 20;

/** Makes reports of a status: whole at first and now and then, else what changed. */
export class Reporter {
  #told: KioskStatus | undefined;
  #partial = 0;

  /** The next report; it counts as told once {@link heard} says so. */
  next(now: KioskStatus): { report: StatusReport; heard: () => void } {
    const told = this.#partial >= PARTIAL_MAX ? undefined : this.#told;
    const status = bucketed(now, told);
    const report: StatusReport = told ? difference(status, told) : status;
    return {
      report,
      heard: () => {
        this.#told = status;
        this.#partial = told ? this.#partial + 1 : 0;
      },
    };
  }

  /** Whether there is something to tell at all. */
  hasNews(now: KioskStatus): boolean {
    return Object.keys(this.next(now).report).length > 1;
  }

  /** The server knows nothing of this kiosk, or asks for all of it: the next report is whole. */
  forget(): void {
    this.#told = undefined;
  }
}
