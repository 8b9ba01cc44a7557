import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import { isCommonFault, type SetAside } from '../set-aside.ts';
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
  /** Under which events that can't be processed are set aside. */
  job: string;
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
  readonly #setAside: SetAside;
  #cancelPoll: () => void = () => {};
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #catchingUp: Promise<void> | undefined;
  #mustRunAgain = false;
  #stopped = true;

  constructor(deps: {
    store: Store;
    setAside: SetAside;
    clock: Clock;
    log: Log;
    task: FollowerTask;
  }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#task = deps.task;
    this.#setAside = deps.setAside;
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
      const count = await this.#processSome();
      processed += count;
      if (count > 0) {
        await this.#task.afterBatch?.();
      }
      if (count < BATCH || this.#stopped) {
        return processed;
      }
    }
  }

  /** A batch at once; when that fails, one event after the other, without those that can't be processed. */
  async #processSome(): Promise<number> {
    try {
      return await this.#store.transaction((tx) => this.#processBatch(tx, BATCH));
    } catch (error) {
      if (isCommonFault(error)) {
        throw error;
      }
    }
    let processed = 0;
    while (processed < BATCH && (await this.#processNext())) {
      processed += 1;
    }
    return processed;
  }

  /** @returns false when there is no further event. */
  async #processNext(): Promise<boolean> {
    const { sequence } = (await this.#nextEvent()) ?? {};
    if (sequence === undefined) {
      return false;
    }
    let result: Awaited<ReturnType<SetAside['try']>>;
    do {
      result = await this.#setAside.try(this.#task.job, String(sequence), () =>
        this.#store.transaction((tx) => this.#processBatch(tx, 1)),
      );
    } while (result === 'failed');
    if (result === 'setAside') {
      await this.#store.transaction((tx) => this.#advance(tx, sequence));
    }
    return true;
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
        (error: unknown) =>
          this.#log.warn({ code: errorCode(error), job: this.#task.job }, 'following failed'),
      )
      .finally(() => {
        this.#catchingUp = undefined;
        if (this.#mustRunAgain) {
          this.#mustRunAgain = false;
          this.#wake();
        }
      });
  }

  async #processBatch(tx: Tx, limit: number): Promise<number> {
    const { cursor } = this.#task;
    const select = tx.selectFrom('counter').select('value').where('name', '=', cursor);
    const { value } = await forUpdate(this.#store, select).executeTakeFirstOrThrow();
    const events = await eventsAfter(tx, value, limit);
    for (const event of events) {
      await this.#task.process(tx, event);
    }
    const last = events.at(-1)?.sequence;
    if (last !== undefined) {
      await this.#advance(tx, last);
    }
    return events.length;
  }

  async #nextEvent(): Promise<FollowedEvent | undefined> {
    const { db } = this.#store;
    const { value } = await db
      .selectFrom('counter')
      .select('value')
      .where('name', '=', this.#task.cursor)
      .executeTakeFirstOrThrow();
    return (await eventsAfter(db, value, 1))[0];
  }

  /** Another node may be further already. */
  async #advance(tx: Tx, sequence: number): Promise<void> {
    await tx
      .updateTable('counter')
      .set({ value: sequence })
      .where('name', '=', this.#task.cursor)
      .where('value', '<', sequence)
      .execute();
  }
}

function eventsAfter(
  db: Pick<Tx, 'selectFrom'>,
  value: number,
  limit: number,
): Promise<FollowedEvent[]> {
  return db
    .selectFrom('status_event')
    .select(['sequence', 'person_id', 'at'])
    .where('sequence', '>', value)
    .orderBy('sequence')
    .limit(limit)
    .execute();
}
