import type { Clock } from '../../shared/clock.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Log } from '../log.ts';
import { type FollowedEvent, StatusFollower } from '../registry/status-follower.ts';
import type { SetAside } from '../set-aside.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Notify } from './notify.ts';
import type { Channel } from './templates.ts';

/** Name of the counter that holds the last processed event. */
const CURSOR = 'noticeSent';
const DAY_MS = 86_400_000;
/** A verbale that became definitive longer ago is no news: it comes from the import of an archive. */
const NEWS_MS = 30 * DAY_MS;
/** An event that could not be notified for this long is no news either. */
const LATE_MS = 7 * DAY_MS;

/**
 * Notifies citizens that a verbale of theirs became definitive, in words that mention neither its content
 * nor health. Each event is notified once, whichever nodes start and stop.
 */
export class StatusNotices {
  readonly #notify: Notify;
  readonly #clock: Clock;
  readonly #link: string;
  readonly #follower: StatusFollower;

  /** @param deps.link the page with status and code, such as `https://varco.example.it/portal`. */
  constructor(deps: {
    store: Store;
    notify: Notify;
    setAside: SetAside;
    clock: Clock;
    log: Log;
    link: string;
  }) {
    this.#notify = deps.notify;
    this.#clock = deps.clock;
    this.#link = deps.link;
    const task = {
      cursor: CURSOR,
      job: 'notices',
      process: (tx: Tx, event: FollowedEvent) => this.#queueNotice(tx, event),
    };
    this.#follower = new StatusFollower({ ...deps, task });
  }

  /** Starts to follow the events; without a transport it does nothing, so the cursor stays. */
  async start(): Promise<void> {
    if (this.#notify.canSend('email') || this.#notify.canSend('sms')) {
      await this.#follower.start();
    }
  }

  stop(): Promise<void> {
    return this.#follower.stop();
  }

  /** Processes all events so far. @returns how many there were. */
  catchUp(): Promise<number> {
    return this.#follower.catchUp();
  }

  async #queueNotice(tx: Tx, event: FollowedEvent): Promise<void> {
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
  async #isNews(tx: Tx, event: FollowedEvent): Promise<boolean> {
    const row = await tx
      .selectFrom('verbale')
      .select('protocol')
      .where('person_id', '=', event.person_id)
      .where('state', 'in', ['definitive', 'superseded'])
      .where('definitive_at', '>', event.at - NEWS_MS)
      // One that lies ahead is news on its day. Days are stored as midnight in UTC, after Rome's.
      .where('definitive_at', '<=', Date.parse(romeDay(event.at)))
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
