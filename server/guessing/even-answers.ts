import type { Clock } from '../../shared/clock.ts';

/**
 * How long answers are held, in milliseconds: each leaves when a multiple of its time has passed since it was
 * asked for, so that its latency does not say why somebody is refused. 0: as they come.
 */
export interface AnswerTimes {
  /** Whatever is answered on the public reading page. */
  readingMs: number;
  /** Whatever is answered to a password or PIN: a hash takes some 300 ms, a throttled login none. */
  loginMs: number;
  /** A gate's refusal. What opens a gate, or says what else to do, leaves at once. */
  refusalMs: number;
  /** Whatever a gate is answered where an external source of statuses is asked, for the half second at most. */
  upstreamMs: number;
}

export const answerTimes: AnswerTimes = {
  readingMs: 250,
  loginMs: 750,
  refusalMs: 100,
  upstreamMs: 200,
};

/** Answers leave together, at the ticks of one clock, so that within a tick it stays unknown when one was ready. */
const TICK_MS = 10;
/** Bound on answers that are held; one more leaves at once. Under such a flood latencies say little. */
const HELD_MAX = 10_000;

interface Held {
  askedAt: number;
  tick: number;
  release(): void;
}

/** Holds answers until their time. */
export class EvenAnswers {
  readonly #clock: Clock;
  #held: Held[] = [];
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /**
   * Resolves when an answer that is ready now may leave.
   *
   * @param askedAt milliseconds of the clock's `monotonic`.
   * @param everyMs 0: at once.
   */
  hold(askedAt: number, everyMs: number): Promise<void> {
    if (everyMs <= 0 || this.#isStopped || this.#held.length >= HELD_MAX) {
      return Promise.resolve();
    }
    const passed = Math.max(0, this.#clock.monotonic() - askedAt);
    const due = askedAt + Math.max(1, Math.ceil(passed / everyMs)) * everyMs;
    return new Promise((release) => {
      this.#held.push({ askedAt, tick: Math.ceil(due / TICK_MS), release });
      this.#arm();
    });
  }

  /** Lets everything go: a server that stops keeps nobody waiting. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#release(Number.POSITIVE_INFINITY);
  }

  #arm(): void {
    this.#cancel ??= this.#clock.after(TICK_MS - (this.#clock.monotonic() % TICK_MS), () => {
      this.#cancel = undefined;
      // A timer may fire a little early.
      this.#release(Math.round(this.#clock.monotonic() / TICK_MS));
      if (this.#held.length > 0) {
        this.#arm();
      }
    });
  }

  /** In the order in which they were asked for: that of their readiness would tell which took longer. */
  #release(tick: number): void {
    const due = this.#held.filter((one) => one.tick <= tick);
    this.#held = this.#held.filter((one) => one.tick > tick);
    for (const { release } of due.sort((a, b) => a.askedAt - b.askedAt)) {
      release();
    }
  }
}
