import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import { STATUS_CHANNEL } from './status-events.ts';

/** Status events per transaction. */
const BATCH = 200;
/** How often to poll for events in the absence of a notification. */
const POLL_MS = 60_000;

export type FollowedEvent = Pick<TableRow<'status_event'>, 'sequence' | 'person_id' | 'at'>;

/** What is done for each change of a status. */
export interface FollowerTask {
  /** Name of the counter that holds the last processed event. */
  cursor: string;
  /** For the log. */
  name: string;
  /** Runs in the transaction that moves the cursor, and again if that fails. */
  process(tx: Tx, event: FollowedEvent): Promise<void>;
  /** Runs once a batch has been committed. */
  afterBatch?(): Promise<void>;
}

/**
 * Does something once for each change of a status, whichever nodes start and stop: it follows the gapless
 * status events and moves its cursor in the transaction that does the work.
 */
export class StatusFollower {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #task: FollowerTask;
  #cancelPoll: () => void = () => {};
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #catchingUp: Promise<void> | undefined;
  #mustRunAgain = false;
  #stopped = true;

  constructor(deps: { store: Store; clock: Clock; log: Log; task: FollowerTask }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#task = deps.task;
  }

  async start(): Promise<void> {
    this.#stopped = false;
    this.#stopListening = await this.#store.listen(STATUS_CHANNEL, () => this.#wake());
    this.#poll();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelPoll();
    await this.#stopListening();
    await this.#catchingUp;
  }

  /** Processes all events so far. @returns how many there were. */
  async catchUp(): Promise<number> {
    let processed = 0;
    for (;;) {
      const count = await this.#store.transaction((tx) => this.#processBatch(tx));
      processed += count;
      if (count > 0) {
        await this.#task.afterBatch?.();
      }
      if (count < BATCH || this.#stopped) {
        return processed;
      }
    }
  }

  #poll(): void {
    this.#wake();
    this.#cancelPoll = this.#clock.after(POLL_MS, () => this.#poll());
  }

  #wake(): void {
    if (this.#stopped) {
      return;
    }
    if (this.#catchingUp) {
      this.#mustRunAgain = true;
      return;
    }
    this.#catchingUp = this.catchUp()
      .then(
        () => {},
        (error: unknown) => this.#log.warn({ code: errorCode(error) }, `${this.#task.name} failed`),
      )
      .finally(() => {
        this.#catchingUp = undefined;
        if (this.#mustRunAgain) {
          this.#mustRunAgain = false;
          this.#wake();
        }
      });
  }

  async #processBatch(tx: Tx): Promise<number> {
    const { cursor } = this.#task;
    const select = tx.selectFrom('counter').select('value').where('name', '=', cursor);
    const { value } = await forUpdate(this.#store, select).executeTakeFirstOrThrow();
    const events = await tx
      .selectFrom('status_event')
      .select(['sequence', 'person_id', 'at'])
      .where('sequence', '>', value)
      .orderBy('sequence')
      .limit(BATCH)
      .execute();
    for (const event of events) {
      await this.#task.process(tx, event);
    }
    const last = events.at(-1)?.sequence;
    if (last !== undefined) {
      await tx.updateTable('counter').set({ value: last }).where('name', '=', cursor).execute();
    }
    return events.length;
  }
}
