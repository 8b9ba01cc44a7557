import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import { Lease } from './lease.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** @param resumed whether this node has just taken over. */
type Job = (now: number, resumed: boolean) => Promise<void>;

/** Each runs after the one before it; one that fails is logged and runs again in the next round. */
export interface Jobs {
  everySecond: readonly Job[];
  everyMinute: readonly Job[];
}

/** Runs what one node does for all: roll-outs, alerts, deleting what is old. */
export class LeaderJobs {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #lease: Lease;
  readonly #jobs: Jobs;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #started = false;
  #minuteAt: number | undefined;
  #held = false;

  constructor(deps: { store: Store; node: string; clock: Clock; log: Log; jobs: Jobs }) {
    const { store, node, clock } = deps;
    this.#clock = clock;
    this.#log = deps.log;
    this.#jobs = deps.jobs;
    this.#lease = new Lease({ store, name: 'fleet', node, now: () => clock.now() });
  }

  start(): void {
    this.#started = true;
    this.#await();
  }

  async stop(): Promise<void> {
    if (!this.#started) {
      return;
    }
    this.#started = false;
    this.#cancel();
    await this.#running;
    await this.#lease.release().catch(() => {});
  }

  /** One round. Never throws: what failed is tried in the next. */
  async run(): Promise<void> {
    const now = this.#clock.now();
    const before = this.#held;
    this.#held = false;
    try {
      if (!(await this.#lease.hold())) {
        return;
      }
    } catch (error) {
      this.#log.warn({ code: errorCode(error) }, 'the lease of the fleet was not read');
      return;
    }
    this.#held = true;
    if (!before || this.#minuteAt === undefined || now - this.#minuteAt >= MINUTE_MS) {
      this.#minuteAt = now;
      await this.#do(this.#jobs.everyMinute, now, !before);
    }
    await this.#do(this.#jobs.everySecond, now, !before);
  }

  async #do(jobs: readonly Job[], now: number, resumed: boolean): Promise<void> {
    for (const job of jobs) {
      try {
        await job(now, resumed);
      } catch (error) {
        this.#log.warn({ code: errorCode(error) }, 'a job of the fleet failed');
      }
    }
  }

  #await(): void {
    if (this.#started) {
      this.#cancel = this.#clock.after(SECOND_MS, () => {
        this.#running = this.run();
        void this.#running.then(() => this.#await());
      });
    }
  }
}
