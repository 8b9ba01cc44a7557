/** Things as they come, to be waited for one after the other. */
export class Waiter<T> {
  readonly #queue: T[] = [];
  #wake = () => {};

  push(item: T): void {
    this.#queue.push(item);
    this.#wake();
  }

  /** The next one that fits; those before it are dropped. */
  async next(fits: (item: T) => boolean = () => true): Promise<T> {
    for (;;) {
      while (this.#queue.length > 0) {
        const item = this.#queue.shift() as T;
        if (fits(item)) {
          return item;
        }
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
