import type { Clock } from '../shared/clock.ts';
import { errorCode } from '../shared/errors.ts';
import { type Checkpoints, RETENTION_MONTHS_MAX } from './audit/checkpoint.ts';
import type { Log } from './log.ts';

const EVERY_MS = 60_000;
/** Rows go in small portions, so that no gate waits for them. */
const PRUNE_EVERY_MS = 3_600_000;

/** Something that is done every minute; one that fails keeps no other from its turn. */
export interface Chore {
  /** For the log. */
  name: string;
  run(): Promise<unknown>;
}

/** Lets go of what must not be kept: minutes-old velocityCheck, spent codes, audit rows past their time. */
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

  /** Never throws: what could not be done now is done next time. */
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

/** The same day so many months before; the last of the month where there is no such day. */
export function monthsBefore(now: number, months: number): number {
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime();
}
