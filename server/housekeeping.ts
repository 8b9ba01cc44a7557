import type { Clock } from '../shared/clock.ts';
import { errorCode } from '../shared/errors.ts';
import type { Anchors } from './audit/anchors.ts';
import { type Checkpoints, RETENTION_MONTHS_MAX } from './audit/checkpoint.ts';
import type { Log } from './log.ts';
import type { Registry } from './registry/registry.ts';
import type { Verification } from './verification/verification.ts';

const EVERY_MS = 60_000;
/** Rows go in small portions, so that no gate waits for them. */
const PRUNE_EVERY_MS = 3_600_000;

/** A room that lets go of what is past its time when it is asked to. */
interface Forgetful {
  forget(): Promise<void>;
}

/** Lets go of what must not be kept: minutes-old sightings, spent codes, audit rows past their time. */
export class Housekeeping {
  readonly #verification: Verification;
  readonly #registry: Registry;
  readonly #anchors: Anchors;
  readonly #logins: Forgetful;
  readonly #checkpoints: Checkpoints;
  readonly #clock: Clock;
  readonly #log: Log;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #prunedAt: number | undefined;

  constructor(deps: {
    verification: Verification;
    registry: Registry;
    anchors: Anchors;
    logins: Forgetful;
    checkpoints: Checkpoints;
    clock: Clock;
    log: Log;
  }) {
    this.#verification = deps.verification;
    this.#registry = deps.registry;
    this.#anchors = deps.anchors;
    this.#logins = deps.logins;
    this.#checkpoints = deps.checkpoints;
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

  /** Never throws: what could not go now goes next time. */
  async run(): Promise<void> {
    try {
      await this.#verification.forget();
      await this.#registry.forgetErased();
      await this.#anchors.anchor();
      await this.#logins.forget();
      const now = this.#clock.now();
      if (this.#prunedAt === undefined || now - this.#prunedAt >= PRUNE_EVERY_MS) {
        await this.#checkpoints.prune(monthsBefore(now, RETENTION_MONTHS_MAX));
        this.#prunedAt = now;
      }
    } catch (error) {
      this.#log.warn({ code: errorCode(error) }, 'housekeeping failed');
    }
  }
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
