/**
 * Lets a few in at a time and the others wait in order: after a restart a thousand kiosks prove
 * themselves at once, and each proof costs a look-up and a signature. Between two of them everything
 * else that is ready runs, so a verification never stands behind the storm.
 */
export class Semaphore {
  readonly #atOnceMax: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  /** Runs `work` when it is its turn; the queue is bounded by whoever opens sockets. */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inside >= this.#atOnceMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#inside += 1;
    }
    try {
      return await work();
    } finally {
      // What came in meanwhile is read before the next proof begins.
      setImmediate(() => this.#next());
    }
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next) {
      next();
    } else {
      this.#inside -= 1;
    }
  }
}
