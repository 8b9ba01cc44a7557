import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Health } from '../ports.ts';

/** Delays between attempts: short, so that a scanner that is plugged in again works within seconds. */
const REOPEN: BackoffLimits = { firstMs: 250, longestMs: 4000, factor: 1.6 };
/** The shortest delay, whatever the jitter, in milliseconds. */
const REOPEN_SHORTEST_MS = 50;
/** After this long without a fault the delay starts over, in milliseconds. */
const STEADY_AFTER_MS = 10_000;

/**
 * Opens a device; called again after every loss. `lost` may be called at any time, also before the
 * promise settles, and more than once. What is returned closes the device and resolves when it is closed.
 */
export type OpenDevice = (lost: (reason: string) => void) => Promise<() => Promise<void>>;

/** Keeps a device open: opens it, reports its health, and opens it again after every loss. */
export class KeptOpen {
  readonly #open: OpenDevice;
  readonly #clock: Clock;
  readonly #random: () => number;
  #report: ((health: Health) => void) | undefined;
  /** Counts openings, losses and stops, so that what belongs to an earlier one changes nothing. */
  #run = 0;
  #attempt = 0;
  #opening: Promise<void> = Promise.resolve();
  #close: (() => Promise<void>) | undefined;
  #cancelTimer = () => {};
  #lastReason = '';

  constructor(open: OpenDevice, deps: { clock: Clock; random: () => number }) {
    this.#open = open;
    this.#clock = deps.clock;
    this.#random = deps.random;
  }

  /** Begins to open the device; every change of its health goes to `report`. */
  start(report: (health: Health) => void): void {
    this.#report = report;
    this.#attempt = 0;
    this.#lastReason = '';
    this.#begin();
  }

  /** Closes the device; nothing is reported afterwards. */
  async stop(): Promise<void> {
    this.#report = undefined;
    this.#run++;
    this.#cancelTimer();
    await this.#opening;
    const close = this.#close;
    this.#close = undefined;
    await close?.();
  }

  #begin(): void {
    const run = ++this.#run;
    // An attempt that fails like the one before is not reported again, or it would fill the log.
    if (this.#lastReason === '') {
      this.#report?.({ state: 'opening', since: this.#clock.monotonic() });
    }
    this.#opening = this.#attemptOpen(run);
  }

  async #attemptOpen(run: number): Promise<void> {
    try {
      const close = await this.#open((reason) => this.#lose(run, reason));
      // Stopped or lost while it was being opened.
      if (run !== this.#run) {
        await close();
        return;
      }
      this.#close = close;
      this.#lastReason = '';
      this.#report?.({ state: 'ready', since: this.#clock.monotonic() });
      this.#cancelTimer = this.#clock.after(STEADY_AFTER_MS, () => {
        this.#attempt = 0;
      });
    } catch (error) {
      this.#lose(run, errorCode(error));
    }
  }

  #lose(run: number, reason: string): void {
    if (run !== this.#run) {
      return;
    }
    const lostRun = ++this.#run;
    this.#cancelTimer();
    const close = this.#close;
    this.#close = undefined;
    if (reason !== this.#lastReason) {
      this.#lastReason = reason;
      this.#report?.({ state: 'lost', since: this.#clock.monotonic(), reason });
    }
    const delay = backoffMs(this.#attempt++, REOPEN, this.#random());
    this.#opening = (close?.() ?? Promise.resolve()).then(() => {
      if (lostRun === this.#run) {
        this.#cancelTimer = this.#clock.after(Math.max(REOPEN_SHORTEST_MS, delay), () => {
          this.#begin();
        });
      }
    });
  }
}
