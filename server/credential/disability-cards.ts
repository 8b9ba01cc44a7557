import { randomInt, randomUUID } from 'node:crypto';
import { VarcoError } from '../../shared/errors.ts';
import type { Language } from '../../shared/language.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Notify } from '../notify/notify.ts';

import { needsCompanion } from '../registry/card-standing.ts';
import type { Registry } from '../registry/registry.ts';
import { foldingDay, statusOf } from '../registry/stored-status.ts';
import { CREDENTIAL_CHANNEL } from '../store/change-feed.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { Store, Tx } from '../store/store.ts';
import { cardPdf } from './card-pdf.ts';
import { deleteOlderPhotos, readCardState } from './card-requests.ts';
import {
  type CardState,
  canRequestAgain,
  expiryOf,
  SERIALS_BELOW,
  serialOf,
} from './card-state.ts';
import type { Credentials } from './credentials.ts';
import { refusalMessages, refusalReason } from './eligibility.ts';
import { preparePhoto } from './photo.ts';

const PLACE = 'card.photo';
const PENDING_MAX = 1000;

/** A request whose photo is to be reviewed. */
export interface PendingCardRequest {
  id: string;
  personId: number;
  requestedAt: number;
}

/** Disability Cards: requested with a photo, reviewed, issued. Every method is a whole unit of work. */
export class DisabilityCards {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #audit: Audit;
  readonly #credentials: Credentials;
  readonly #registry: Pick<Registry, 'identity'>;
  readonly #notify: Notify;
  readonly #portalUrl: string;
  readonly #review: 'staff' | 'none';
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    credentials: Credentials;
    registry: Pick<Registry, 'identity'>;
    notify: Notify;
    /** Linked from the message that the card is ready. */
    portalUrl: string;
    /** `staff`: a member of staff reviews the photo first. */
    review: 'staff' | 'none';
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#audit = deps.audit;
    this.#credentials = deps.credentials;
    this.#registry = deps.registry;
    this.#notify = deps.notify;
    this.#portalUrl = deps.portalUrl;
    this.#review = deps.review;
    this.#now = deps.now;
  }

  /**
   * Requests the card for a person. The photo is stored encrypted, and no longer than it is needed.
   *
   * @param picture as it was uploaded.
   * @throws VarcoError a `PhotoProblem` (`photo.ts`), a `RefusalReason` (`eligibility.ts`), or
   * `cardRequested` when a card is requested already, or in force.
   */
  async request(personId: number, picture: Buffer, options: { actor: string }): Promise<CardState> {
    const photo = await preparePhoto(picture);
    const issued = await this.#store.transaction(async (tx) => {
      const person = await this.#eligible(tx, personId);
      if (!canRequestAgain(await readCardState(this.#store, tx, personId, this.#now()))) {
        throw new VarcoError('cardRequested', 'A card is asked for already, or in force');
      }
      const id = randomUUID();
      await deleteOlderPhotos(tx, personId);
      await tx
        .insertInto('card_request')
        .values({
          id,
          person_id: personId,
          state: 'requested',
          photo_cipher: this.#keyring.seal(PLACE, photo.toString('base64')),
          requested_at: this.#now(),
          settled_at: null,
          reason: null,
          credential_id: null,
        })
        .execute();
      await this.#appendAudit(tx, person.code_mac, 'card.requested', options.actor);
      if (this.#review === 'none') {
        await this.#issue(tx, { id, person_id: personId }, options.actor);
      }
      return this.#review === 'none';
    });
    if (issued) {
      await this.#store.notify(CREDENTIAL_CHANNEL, '');
    }
    return this.stateFor(personId);
  }

  /** The state of a person's card. */
  stateFor(personId: number): Promise<CardState> {
    return this.#store.transaction((tx) => readCardState(this.#store, tx, personId, this.#now()));
  }

  /** The photo of the newest request as a JPEG, or undefined without one. */
  async photo(personId: number): Promise<Buffer | undefined> {
    const row = await this.#store.db
      .selectFrom('card_request')
      .select('photo_cipher')
      .where('person_id', '=', personId)
      .orderBy('requested_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    const box = row?.photo_cipher;
    return box ? Buffer.from(this.#keyring.open(PLACE, box), 'base64') : undefined;
  }

  /** The card as a PDF, for its holder only. @throws VarcoError `cardUnknown` when none is in force. */
  async pdf(personId: number, language: Language): Promise<Buffer> {
    const card = await this.stateFor(personId);
    const photo = await this.photo(personId);
    if (card.name !== 'issued' || !photo) {
      throw new VarcoError('cardUnknown', 'There is no card in force');
    }
    const text = await this.#credentials.text(card.credentialId);
    const { name, birthDate } = await this.#registry.identity(personId);
    return cardPdf({ card, text, name, birthDate, photo, language, now: this.#now() });
  }

  /** Withdraws the person's own request and deletes its photo. @throws VarcoError `cardUnknown`. */
  async withdraw(personId: number, options: { actor: string }): Promise<void> {
    await this.#close({ personId }, 'withdrawn', options);
  }

  /** The requests to be reviewed, oldest first. */
  async pendingRequests(): Promise<PendingCardRequest[]> {
    const rows = await this.#store.db
      .selectFrom('card_request')
      .select(['id', 'person_id', 'requested_at'])
      .where('state', '=', 'requested')
      .orderBy('requested_at')
      .limit(PENDING_MAX)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      personId: row.person_id,
      requestedAt: row.requested_at,
    }));
  }

  /** Approves a request whose photo is good. @throws VarcoError `cardUnknown`, a `RefusalReason`. */
  async issue(requestId: string, options: { actor: string }): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const row = await tx
        .selectFrom('card_request')
        .select(['id', 'person_id'])
        .where('id', '=', requestId)
        .where('state', '=', 'requested')
        .executeTakeFirst();
      if (!row) {
        throw unknownCard();
      }
      await this.#issue(tx, row, options.actor);
    });
    await this.#store.notify(CREDENTIAL_CHANNEL, '');
  }

  /** Refuses a request whose photo is unusable; the person sees why. @throws VarcoError `cardUnknown`. */
  async refuse(requestId: string, options: { actor: string; reason: string }): Promise<void> {
    await this.#close({ requestId }, 'refused', options);
  }

  async #issue(tx: Tx, row: { id: string; person_id: number }, actor: string): Promise<void> {
    const person = await this.#eligible(tx, row.person_id);
    const now = this.#now();
    const card = {
      serial: serialOf(randomInt(SERIALS_BELOW)),
      expiresAt: expiryOf(now),
      companion: needsCompanion(person.status),
    };
    const { id } = await this.#credentials.issueCard(tx, row.person_id, { actor, card });
    await tx
      .updateTable('card_request')
      .set({ state: 'issued', settled_at: now, credential_id: id })
      .where('id', '=', row.id)
      .execute();
    await this.#notify.queue(tx, {
      key: `card:${row.id}`,
      to: { kind: 'email', personId: row.person_id },
      template: 'cardIssued',
      data: { link: this.#portalUrl },
    });
  }

  async #close(
    which: { personId: number } | { requestId: string },
    state: 'withdrawn' | 'refused',
    options: { actor: string; reason?: string },
  ): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const row = await tx
        .updateTable('card_request')
        .set({
          state,
          settled_at: this.#now(),
          reason: options.reason ?? null,
          photo_cipher: null,
        })
        .where((is) =>
          'personId' in which
            ? is('person_id', '=', which.personId)
            : is('id', '=', which.requestId),
        )
        .where('state', '=', 'requested')
        .returning('person_id')
        .executeTakeFirst();
      if (!row) {
        throw unknownCard();
      }
      const { code_mac } = await this.#personOf(tx, row.person_id);
      await this.#appendAudit(tx, code_mac, `card.${state}`, options.actor);
    });
  }

  /** Reads and locks the person's row, so that two clicks take effect one after the other. */
  #personOf(tx: Tx, personId: number) {
    const select = tx
      .selectFrom('person')
      .select(['id', 'code_mac', 'has_mobile', 'has_email', 'privacy_version'])
      .select(['status', 'due_on'])
      .where('id', '=', personId);
    return forUpdate(this.#store, select).executeTakeFirstOrThrow();
  }

  async #eligible(tx: Tx, personId: number) {
    const person = await this.#personOf(tx, personId);
    const status = await statusOf(this.#store, tx, person, foldingDay(this.#now()));
    const reason = refusalReason(person, status, 'card', undefined);
    if (reason) {
      throw new VarcoError(reason, refusalMessages[reason]);
    }
    return { ...person, status };
  }

  /** Erases all requests and photos of a person whose data are erased. */
  async erase(tx: Tx, personId: number): Promise<void> {
    await tx.deleteFrom('card_request').where('person_id', '=', personId).execute();
  }

  async #appendAudit(tx: Tx, subject: string, kind: string, actor: string): Promise<void> {
    await this.#audit.append(tx, [{ kind, subject, body: { actor } }]);
  }
}

function unknownCard() {
  return new VarcoError('cardUnknown', 'There is no request for a card that waits');
}
