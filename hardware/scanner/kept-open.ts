import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Health } from '../ports.ts';

/** Delays between attempts: a scanner that was unplugged and plugged in again is back in seconds. */
const REOPEN: BackoffLimits = { firstMs: 250, longestMs: 4000, factor: 1.6 };
/** Never sooner than this, whatever the jitter: opening a device costs the machine something. */
const REOPEN_SHORTEST_MS = 50;
/** After so long without a fault the next one counts as the first. */
const STEADY_AFTER_MS = 10_000;

/**
 * Opens a device; called again after every loss. `lost` may be called once, at any time, also before
 * the promise settles. What is returned closes the device and waits until that is done.
 */
export type OpenDevice = (lost: (reason: string) => void) => Promise<() => Promise<void>>;

/** Keeps a device open: opens it, tells its health, and opens it again after every loss. */
export class KeptOpen {
  readonly #open: OpenDevice;
  readonly #clock: Clock;
  readonly #random: () => number;
  #tell: ((health: Health) => void) | undefined;
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

  /** Begins to open; what becomes of it is told to `tell`. */
  start(tell: (health: Health) => void): void {
    this.#tell = tell;
    this.#attempt = 0;
    this.#lastReason = '';
    this.#begin();
  }

  /** Closes the device; nothing is told after it. */
  async stop(): Promise<void> {
    this.#tell = undefined;
    this.#run++;
    this.#cancelTimer();
    await this.#opening;
    const close = this.#close;
    this.#close = undefined;
    await close?.();
  }

  #begin(): void {
    const run = ++this.#run;
    // Attempts that fail in the same way again are not told again: a log is not a metronome.
    if (this.#lastReason === '') {
      this.#say({ state: 'opening', since: this.#clock.monotonic() });
    }
    this.#opening = this.#attemptOpen(run);
  }

  async #attemptOpen(run: number): Promise<void> {
    let gone = false;
    try {
      const close = await this.#open((reason) => {
        gone = true;
        this.#lose(run, reason);
      });
      if (gone || run !== this.#run) {
        await close();
        return;
      }
      this.#close = close;
      this.#lastReason = '';
      this.#say({ state: 'ready', since: this.#clock.monotonic() });
      this.#cancelTimer = this.#clock.after(STEADY_AFTER_MS, () => {
        this.#attempt = 0;
      });
    } catch (error) {
      this.#lose(run, errorCode(error));
    }
  }

  #lose(run: number, reason: string): void {
    if (run !== this.#run || !this.#tell) {
      return;
    }
    this.#run++;
    this.#cancelTimer();
    const close = this.#close;
    this.#close = undefined;
    if (reason !== this.#lastReason) {
      this.#lastReason = reason;
      this.#say({ state: 'lost', since: this.#clock.monotonic(), reason });
    }
    const delay = backoffMs(this.#attempt++, REOPEN, this.#random());
    const again = this.#run;
    this.#opening = (close?.() ?? Promise.resolve()).then(() => {
      if (again === this.#run && this.#tell) {
        this.#cancelTimer = this.#clock.after(Math.max(REOPEN_SHORTEST_MS, delay), () => {
          this.#begin();
        });
      }
    });
  }

  #say(health: Health): void {
    this.#tell?.(health);
  }
}
