import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import { STATUS_CHANNEL } from '../registry/status-events.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Notify } from './notify.ts';
import type { Channel } from './templates.ts';

/** How far the citizens have been told; in the table of counters. */
const CURSOR = 'noticeSent';
/** Changes of status in one transaction. */
const BATCH = 200;
/** When nobody says that there is something new, it is looked for this often. */
const POLL_MS = 60_000;
const DAY_MS = 86_400_000;
/** A verbale that became definitive longer ago is no news: an archive is read in once. */
const NEWS_MS = 30 * DAY_MS;
/** A change that nobody could be told of for so long is no news either. */
const LATE_MS = 7 * DAY_MS;

type EventRow = Pick<TableRow<'status_event'>, 'sequence' | 'person_id' | 'at'>;

/**
 * Tells citizens that a verbale of theirs became definitive, in words that name neither it nor health. It
 * follows the registry's gapless changes of status; how far it got is kept in the transaction that queues
 * the messages, so each change is told of once, whichever nodes run and stop.
 */
export class StatusNotices {
  readonly #store: Store;
  readonly #notify: Notify;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #link: string;
  #cancelPoll: () => void = () => {};
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #following: Promise<void> | undefined;
  #again = false;
  #stopped = true;

  /** @param deps.link to status and code, such as `https://varco.example.it/portal`. */
  constructor(deps: { store: Store; notify: Notify; clock: Clock; log: Log; link: string }) {
    this.#store = deps.store;
    this.#notify = deps.notify;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#link = deps.link;
  }

  /** Begins to follow; without a way out for messages it does not, and nothing is taken as told. */
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
    await this.#following;
  }

  /** Tells of everything until now. @returns how many changes were looked at. */
  async catchUp(): Promise<number> {
    let looked = 0;
    for (;;) {
      const count = await this.#store.transaction((tx) => this.#batch(tx));
      looked += count;
      if (count < BATCH || this.#stopped) {
        return looked;
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
    if (this.#following) {
      this.#again = true;
      return;
    }
    this.#following = this.catchUp()
      .then(
        () => {},
        (error: unknown) => this.#log.warn({ code: errorCode(error) }, 'notices wait'),
      )
      .finally(() => {
        this.#following = undefined;
        if (this.#again) {
          this.#again = false;
          this.#wake();
        }
      });
  }

  async #batch(tx: Tx): Promise<number> {
    const { value } = await tx
      .selectFrom('counter')
      .select('value')
      .where('name', '=', CURSOR)
      .$if(this.#store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirstOrThrow();
    const events = await tx
      .selectFrom('status_event')
      .select(['sequence', 'person_id', 'at'])
      .where('sequence', '>', value)
      .orderBy('sequence')
      .limit(BATCH)
      .execute();
    for (const event of events) {
      await this.#tell(tx, event);
    }
    const last = events.at(-1)?.sequence;
    if (last !== undefined) {
      await tx.updateTable('counter').set({ value: last }).where('name', '=', CURSOR).execute();
    }
    return events.length;
  }

  async #tell(tx: Tx, event: EventRow): Promise<void> {
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

  /** Whether a verbale of the person became definitive lately, also one that only annuls another. */
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
