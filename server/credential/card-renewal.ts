import { randomInt } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Log } from '../log.ts';
import type { Notify } from '../notify/notify.ts';
import { cardStanding, needsCompanion } from '../registry/card-standing.ts';
import { type FollowedEvent, StatusFollower } from '../registry/status-follower.ts';
import { foldingDay, statusOf } from '../registry/stored-status.ts';
import type { SetAside } from '../set-aside.ts';
import { CREDENTIAL_CHANNEL } from '../store/change-feed.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { Store, Tx } from '../store/store.ts';
import { expiryOf, SERIALS_BELOW, serialOf } from './card-state.ts';
import type { Credentials } from './credentials.ts';

/** The name under which history and audit record a renewal. */
const ACTOR = 'system';

/**
 * Gives the holder of a Disability Card a new one as soon as the status asks for a companion whom the card
 * does not show: with the same photo, an own serial and the "A". The old card ends in the same moment.
 */
export class CardRenewal {
  readonly #store: Store;
  readonly #credentials: Credentials;
  readonly #notify: Notify;
  readonly #clock: Clock;
  readonly #portalUrl: string;
  readonly #follower: StatusFollower;
  #hasRenewed = false;

  constructor(deps: {
    store: Store;
    credentials: Credentials;
    notify: Notify;
    setAside: SetAside;
    clock: Clock;
    log: Log;
    /** Linked from the message that the card is ready. */
    portalUrl: string;
  }) {
    this.#store = deps.store;
    this.#credentials = deps.credentials;
    this.#notify = deps.notify;
    this.#clock = deps.clock;
    this.#portalUrl = deps.portalUrl;
    const task = {
      cursor: 'cardRenewed',
      job: 'cards',
      process: (tx: Tx, event: FollowedEvent) => this.#renew(tx, event.person_id),
      afterBatch: () => this.#announce(),
    };
    this.#follower = new StatusFollower({ ...deps, task });
  }

  start(): Promise<void> {
    return this.#follower.start();
  }

  stop(): Promise<void> {
    return this.#follower.stop();
  }

  /** Renews what changes of status so far ask for. @returns how many changes there were. */
  catchUp(): Promise<number> {
    return this.#follower.catchUp();
  }

  async #announce(): Promise<void> {
    if (this.#hasRenewed) {
      this.#hasRenewed = false;
      await this.#store.notify(CREDENTIAL_CHANNEL, '');
    }
  }

  async #renew(tx: Tx, personId: number): Promise<void> {
    const card = await tx
      .selectFrom('credential')
      .select(['id', 'state', 'expires_at', 'companion'])
      .where('person_id', '=', personId)
      .where('kind', '=', 'card')
      .where('state', '=', 'live')
      .executeTakeFirst();
    if (card && card.companion !== 1 && (await this.#mustRenew(tx, personId, card))) {
      await this.#replace(tx, personId, card.id);
    }
  }

  async #mustRenew(
    tx: Tx,
    personId: number,
    card: { state: string; expires_at: number | null; companion: number },
  ): Promise<boolean> {
    const now = this.#clock.now();
    const select = tx
      .selectFrom('person')
      .select(['id', 'status', 'due_on'])
      .where('id', '=', personId);
    const person = await forUpdate(this.#store, select).executeTakeFirstOrThrow();
    const status = await statusOf(this.#store, tx, person, foldingDay(now));
    return cardStanding(status, card, romeDay(now)).name === 'valid' && needsCompanion(status);
  }

  async #replace(tx: Tx, personId: number, before: string): Promise<void> {
    const card = {
      serial: serialOf(randomInt(SERIALS_BELOW)),
      expiresAt: expiryOf(this.#clock.now()),
      companion: true,
    };
    const { id } = await this.#credentials.replaceCard(tx, before, { actor: ACTOR, card });
    await tx
      .updateTable('card_request')
      .set({ credential_id: id })
      .where('credential_id', '=', before)
      .execute();
    await this.#notify.queue(tx, {
      key: `card:${id}`,
      to: { kind: 'email', personId },
      template: 'cardIssued',
      data: { link: this.#portalUrl },
    });
    this.#hasRenewed = true;
  }
}
