import { randomInt, randomUUID } from 'node:crypto';
import { VarcoError } from '../../shared/errors.ts';
import type { Language } from '../../shared/language.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Notify } from '../notify/notify.ts';
import type { Status } from '../registry/person-status.ts';
import type { Registry } from '../registry/registry.ts';
import { CREDENTIAL_CHANNEL } from '../store/change-feed.ts';
import type { Store, Tx } from '../store/store.ts';
import { needsCompanion } from './card-entitlement.ts';
import { cardPdf } from './card-pdf.ts';
import {
  type CardCredential,
  type CardRequest,
  type CardState,
  canRequestAgain,
  cardState,
  expiryOf,
  serialOf,
} from './card-state.ts';
import type { Credentials } from './credentials.ts';
import { refusalMessages, refusalReason } from './eligibility.ts';
import { preparePhoto } from './photo.ts';

const PLACE = 'card.photo';
const SERIALS_BELOW = 10 ** 9;
const WAITING_MAX = 1000;

/** A request that waits for somebody to look at its photo. */
export interface PendingCardRequest {
  id: string;
  personId: number;
  requestedAt: number;
}

/** Disability Cards: asked for with a photo, issued, shown. Every method is a whole unit of work. */
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
    /** Where the message that a card is ready leads. */
    portalUrl: string;
    /** `staff`: somebody looks at the photo first. */
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
   * A person asks for the card. The photo is kept encrypted, and no longer than it is needed.
   *
   * @param picture as it was uploaded.
   * @throws VarcoError a `PhotoProblem` (`photo.ts`), a `RefusalReason` (`eligibility.ts`), or
   * `cardRequested`: one is asked for, or in force.
   */
  async request(personId: number, picture: Buffer, options: { actor: string }): Promise<CardState> {
    const photo = await preparePhoto(picture);
    const issued = await this.#store.transaction(async (tx) => {
      const person = await this.#eligible(tx, personId);
      if (!canRequestAgain(await this.#stateOf(tx, personId))) {
        throw new VarcoError('cardRequested', 'A card is asked for already, or in force');
      }
      const id = randomUUID();
      await this.#forgetOlder(tx, personId);
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
      await this.#note(tx, person.code_mac, 'card.requested', options.actor);
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

  /** Where a person stands with the card. */
  stateFor(personId: number): Promise<CardState> {
    return this.#store.transaction((tx) => this.#stateOf(tx, personId));
  }

  /** The photo of the newest request, a JPEG; undefined: there is none. */
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

  /** The card as a PDF, for its holder alone. @throws VarcoError `cardUnknown`: none is in force. */
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

  /** The person takes the request back; its photo is gone with it. @throws VarcoError `cardUnknown`. */
  async withdraw(personId: number, options: { actor: string }): Promise<void> {
    await this.#settle({ personId }, 'withdrawn', options);
  }

  /** The requests that wait, oldest first. */
  async pendingRequests(): Promise<PendingCardRequest[]> {
    const rows = await this.#store.db
      .selectFrom('card_request')
      .select(['id', 'person_id', 'requested_at'])
      .where('state', '=', 'requested')
      .orderBy('requested_at')
      .limit(WAITING_MAX)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      personId: row.person_id,
      requestedAt: row.requested_at,
    }));
  }

  /** Staff saw the photo, and it will do. @throws VarcoError `cardUnknown`, a `RefusalReason`. */
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

  /** Staff can't use the photo; the person sees why. @throws VarcoError `cardUnknown`. */
  async refuse(requestId: string, options: { actor: string; reason: string }): Promise<void> {
    await this.#settle({ requestId }, 'refused', options);
  }

  async #issue(tx: Tx, row: { id: string; person_id: number }, actor: string): Promise<void> {
    const person = await this.#eligible(tx, row.person_id);
    const now = this.#now();
    const card = {
      serial: serialOf(randomInt(SERIALS_BELOW)),
      expiresAt: expiryOf(now),
      companion: needsCompanion(JSON.parse(person.status) as Status),
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

  async #settle(
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
      await this.#note(tx, code_mac, `card.${state}`, options.actor);
    });
  }

  async #stateOf(tx: Tx, personId: number): Promise<CardState> {
    const row = await tx
      .selectFrom('card_request')
      .select(['id', 'state', 'requested_at', 'reason', 'credential_id'])
      .where('person_id', '=', personId)
      .orderBy('requested_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    const request = row && {
      id: row.id,
      state: row.state as CardRequest['state'],
      requestedAt: row.requested_at,
      reason: row.reason ?? undefined,
    };
    const credential = row?.credential_id
      ? await this.#credentialOf(tx, row.credential_id)
      : undefined;
    return cardState(request, credential, this.#now());
  }

  async #credentialOf(tx: Tx, id: string): Promise<CardCredential | undefined> {
    const row = await tx
      .selectFrom('credential')
      .select(['id', 'state', 'issued_at', 'expires_at', 'serial', 'companion'])
      .where('id', '=', id)
      .executeTakeFirst();
    return (
      row && {
        id: row.id,
        state: row.state,
        issuedAt: row.issued_at,
        expiresAt: row.expires_at,
        serial: row.serial,
        companion: row.companion === 1,
      }
    );
  }

  /** The person's row, held until the end of the transaction: two clicks come one after the other. */
  #personOf(tx: Tx, personId: number) {
    return tx
      .selectFrom('person')
      .select(['id', 'code_mac', 'has_mobile', 'has_email', 'privacy_version', 'status'])
      .where('id', '=', personId)
      .$if(this.#store.engine === 'postgres', (query) => query.forUpdate())
      .executeTakeFirstOrThrow();
  }

  async #eligible(tx: Tx, personId: number) {
    const person = await this.#personOf(tx, personId);
    const reason = refusalReason(person, 'card', undefined);
    if (reason) {
      throw new VarcoError(reason, refusalMessages[reason]);
    }
    return person;
  }

  /** Erases all requests and photos, where a citizen's data are erased. */
  async erase(tx: Tx, personId: number): Promise<void> {
    await tx.deleteFrom('card_request').where('person_id', '=', personId).execute();
  }

  /** Of what went before, only that it was asked for is kept. */
  async #forgetOlder(tx: Tx, personId: number): Promise<void> {
    await tx
      .updateTable('card_request')
      .set({ photo_cipher: null })
      .where('person_id', '=', personId)
      .execute();
  }

  async #note(tx: Tx, subject: string, kind: string, actor: string): Promise<void> {
    await this.#audit.append(tx, [{ kind, subject, body: { actor } }]);
  }
}

function unknownCard() {
  return new VarcoError('cardUnknown', 'There is no request for a card that waits');
}
