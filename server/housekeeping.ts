import type { Clock } from '../shared/clock.ts';
import { errorCode } from '../shared/errors.ts';
import { type Checkpoints, RETENTION_MONTHS_MAX } from './audit/checkpoint.ts';
import type { Log } from './log.ts';

const EVERY_MS = 60_000;
/** How often the audit is pruned. */
const PRUNE_EVERY_MS = 3_600_000;

/** A task that runs every minute; its failure does not keep the others from running. */
export interface Chore {
  /** For the log. */
  name: string;
  run(): Promise<unknown>;
}

/** Deletes what must not be kept: expired codes, counts and sessions, audit rows past their retention. */
export class Housekeeping {
  readonly #chores: readonly Chore[];
  readonly #clock: Clock;
  readonly #log: Log;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(deps: { chores: readonly Chore[]; clock: Clock; log: Log }) {
    this.#chores = deps.chores;
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  start(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#running = this.run();
      void this.#running.then(() => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#running;
    this.#cancel();
  }

  /** Runs all chores. Never throws: a failed chore runs again next time. */
  async run(): Promise<void> {
    for (const { name, run } of this.#chores) {
      try {
        await run();
      } catch (error) {
        this.#log.warn({ chore: name, code: errorCode(error) }, 'housekeeping failed');
      }
    }
  }
}

/** Prunes the audit once an hour. */
export function auditPruning(checkpoints: Checkpoints, now: () => number): Chore {
  let prunedAt: number | undefined;
  return {
    name: 'audit',
    async run() {
      if (prunedAt === undefined || now() - prunedAt >= PRUNE_EVERY_MS) {
        await checkpoints.prune(monthsBefore(now(), RETENTION_MONTHS_MAX));
        prunedAt = now();
      }
    },
  };
}

/** The same day a number of months earlier, or the last day of a shorter month. Pure. */
export function monthsBefore(now: number, months: number): number {
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}
