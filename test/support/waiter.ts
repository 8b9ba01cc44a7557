/** How long a test waits for an item before it fails; far more than any machine needs. */
const WAIT_MS_MAX = 20_000;

/** A queue whose items can be awaited one after the other. */
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
   * The next item that fits; those before it are dropped.
   *
   * @throws Error if none comes in time, so that a test fails where it waits and still cleans up.
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
          throw new Error(`No item that fits in ${this.#waitMs} ms; ${dropped} did not fit`);
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
