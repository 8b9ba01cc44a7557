/** How often something may happen: so many at once, and then so many a second. */
export interface AllowanceRate {
  burst: number;
  perSecond: number;
  /** Refused in a row, less what was earned meanwhile: beyond it, it is a flood. */
  excessMax: number;
}

/** A token bucket: what one connection may do, so that its neighbours do not pay for it. */
export class Allowance {
  readonly #rate: AllowanceRate;
  readonly #now: () => number;
  /** Below zero: what was asked for beyond the rate. */
  #tokens: number;
  #at: number;

  /** @param now milliseconds of a monotonic clock. */
  constructor(rate: AllowanceRate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#at = now();
  }

  /** Asks for one more; what is refused counts too. */
  take(): 'granted' | 'refused' | 'flood' {
    this.#earn();
    this.#tokens -= 1;
    if (this.#tokens >= 0) {
      return 'granted';
    }
    return this.#tokens < -this.#rate.excessMax ? 'flood' : 'refused';
  }

  /** Asks for so many at once. @returns false: none of them was taken. */
  takeAll(count: number): boolean {
    this.#earn();
    if (this.#tokens < count) {
      return false;
    }
    this.#tokens -= count;
    return true;
  }

  #earn(): void {
    const { burst, perSecond } = this.#rate;
    const now = this.#now();
    const earned = ((now - this.#at) / 1000) * perSecond;
    this.#at = now;
    this.#tokens = Math.min(burst, this.#tokens + earned);
  }
}
