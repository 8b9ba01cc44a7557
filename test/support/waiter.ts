/** How long a test waits for one thing before it fails: far more than any machine needs. */
const WAIT_MS_MAX = 20_000;

/** Things as they come, to be waited for one after the other. */
export class Waiter<T> {
  readonly #queue: T[] = [];
  readonly #waitMs: number;
  #wake = () => {};

  constructor(waitMs = WAIT_MS_MAX) {
    this.#waitMs = waitMs;
  }

  push(item: T): void {
    this.#queue.push(item);
    this.#wake();
  }

  /**
   * The next one that fits; those before it are dropped.
   *
   * @throws Error when none came in time, so that a test fails where it waited and still cleans up.
   */
  async next(fits: (item: T) => boolean = () => true): Promise<T> {
    let dropped = 0;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, this.#waitMs);
    try {
      for (;;) {
        while (this.#queue.length > 0) {
          const item = this.#queue.shift() as T;
          if (fits(item)) {
            return item;
          }
          dropped++;
        }
        if (late) {
          throw new Error(`Nothing that fits came in ${this.#waitMs} ms; ${dropped} did not fit`);
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
