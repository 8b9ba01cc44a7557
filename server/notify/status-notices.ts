import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import { STATUS_CHANNEL } from '../registry/status-events.ts';
import { isCommonFault, type SetAside } from '../set-aside.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Notify } from './notify.ts';
import type { Channel } from './templates.ts';

/** Name of the counter that holds the last processed event. */
const CURSOR = 'noticeSent';
/** Status events per transaction. */
const BATCH = 200;
/** How often to poll for events in the absence of a notification. */
const POLL_MS = 60_000;
const DAY_MS = 86_400_000;
/** A verbale that became definitive longer ago is no news: it comes from the import of an archive. */
const NEWS_MS = 30 * DAY_MS;
/** An event that could not be notified for this long is no news either. */
const LATE_MS = 7 * DAY_MS;

type EventRow = Pick<TableRow<'status_event'>, 'sequence' | 'person_id' | 'at'>;

/**
 * Notifies citizens that a verbale of theirs became definitive, in words that mention neither its content
 * nor health. It follows the registry's gapless status events and moves its cursor in the transaction that
 * queues the messages, so each event is notified once, whichever nodes start and stop.
 */
export class StatusNotices {
  readonly #store: Store;
  readonly #notify: Notify;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #link: string;
  readonly #setAside: SetAside;
  #cancelPoll: () => void = () => {};
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #catchingUp: Promise<void> | undefined;
  #mustRunAgain = false;
  #stopped = true;

  /** @param deps.link the page with status and code, such as `https://varco.example.it/portal`. */
  constructor(deps: {
    store: Store;
    notify: Notify;
    setAside: SetAside;
    clock: Clock;
    log: Log;
    link: string;
  }) {
    this.#store = deps.store;
    this.#notify = deps.notify;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#link = deps.link;
    this.#setAside = deps.setAside;
  }

  /** Starts to follow the events; without a transport it does nothing, so the cursor stays. */
  async start(): Promise<void> {
    if (!this.#notify.canSend('email') && !this.#notify.canSend('sms')) {
      return;
    }
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
      if (count < BATCH || this.#stopped) {
        return processed;
      }
    }
  }

  /** A batch at once; when that fails, one event after the other, without those that can't be notified. */
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
      result = await this.#setAside.try('notices', String(sequence), () =>
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
        (error: unknown) => this.#log.warn({ code: errorCode(error) }, 'status notices failed'),
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
    const select = tx.selectFrom('counter').select('value').where('name', '=', CURSOR);
    const { value } = await forUpdate(this.#store, select).executeTakeFirstOrThrow();
    const events = await eventsAfter(tx, value, limit);
    for (const event of events) {
      await this.#queueNotice(tx, event);
    }
    const last = events.at(-1)?.sequence;
    if (last !== undefined) {
      await this.#advance(tx, last);
    }
    return events.length;
  }

  async #nextEvent(): Promise<EventRow | undefined> {
    const { db } = this.#store;
    const { value } = await db
      .selectFrom('counter')
      .select('value')
      .where('name', '=', CURSOR)
      .executeTakeFirstOrThrow();
    return (await eventsAfter(db, value, 1))[0];
  }

  /** Another node may be further already. */
  async #advance(tx: Tx, sequence: number): Promise<void> {
    await tx
      .updateTable('counter')
      .set({ value: sequence })
      .where('name', '=', CURSOR)
      .where('value', '<', sequence)
      .execute();
  }

  async #queueNotice(tx: Tx, event: EventRow): Promise<void> {
    if (this.#clock.now() - event.at > LATE_MS || !(await this.#isNews(tx, event))) {
      return;
    }
    const person = await tx
      .selectFrom('person')
      .select(['has_email', 'has_mobile'])
      .where('id', '=', event.person_id)
      .executeTakeFirst();
    const kind = person && this.#channelFor(person);
    if (kind) {
      await this.#notify.queue(tx, {
        key: `notice:${event.sequence}`,
        to: { kind, personId: event.person_id },
        template: 'verbaleDefinitive',
        data: { link: this.#link },
      });
    }
  }

  /** Whether a verbale of the person became definitive recently, even one that only annuls another. */
  async #isNews(tx: Tx, event: EventRow): Promise<boolean> {
    const row = await tx
      .selectFrom('verbale')
      .select('protocol')
      .where('person_id', '=', event.person_id)
      .where('state', 'in', ['definitive', 'superseded'])
      .where('definitive_at', '>', event.at - NEWS_MS)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  #channelFor(person: { has_email: number; has_mobile: number }): Channel | undefined {
    if (person.has_email && this.#notify.canSend('email')) {
      return 'email';
    }
    return person.has_mobile && this.#notify.canSend('sms') ? 'sms' : undefined;
  }
}

function eventsAfter(
  db: Pick<Tx, 'selectFrom'>,
  value: number,
  limit: number,
): Promise<EventRow[]> {
  return db
    .selectFrom('status_event')
    .select(['sequence', 'person_id', 'at'])
    .where('sequence', '>', value)
    .orderBy('sequence')
    .limit(limit)
    .execute();
}
