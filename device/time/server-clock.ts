import type { Clock } from '../../shared/clock.ts';
import type { ClockTrust } from '../list/list-decision.ts';

/** The kiosk's clock may lag behind what it last heard by this much and still be believed. */
const BEHIND_MAX_MS = 60_000;

/**
 * What time it is, as far as this kiosk can tell. Once the server has said it, the machine's clock may
 * jump as it likes: time goes on from there by the monotonic clock.
 */
export class ServerClock {
  readonly #clock: Clock;
  #heard: { at: number; monotonic: number } | undefined;
  #keptAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param at the server's time in an earlier run: it can't be earlier now. */
  recall(at: number): void {
    this.#keptAt = at;
  }

  /** @param at the server's time now, Unix milliseconds. */
  hear(at: number): void {
    this.#heard = { at, monotonic: this.#clock.monotonic() };
  }

  /** Unix milliseconds, whole. */
  now(): number {
    const { at, monotonic } = this.#heard ?? { at: this.#clock.now(), monotonic: undefined };
    const passed = monotonic === undefined ? 0 : this.#clock.monotonic() - monotonic;
    return Math.max(0, Math.floor(at + passed));
  }

  trust(): ClockTrust {
    if (this.#heard) {
      return 'synced';
    }
    const isPast = this.#keptAt !== undefined && this.#clock.now() >= this.#keptAt - BEHIND_MAX_MS;
    return isPast ? 'estimated' : 'unset';
  }
}
