import { encodeCredential } from '../../shared/credential/credential.ts';
import { liveStep } from '../../shared/credential/live-code.ts';
import { VarcoError } from '../../shared/errors.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import { isExpired } from '../registry/card-standing.ts';
import { foldingDay, statusOf } from '../registry/stored-status.ts';
import { CREDENTIAL_CHANNEL } from '../store/change-feed.ts';
import type { Store, Tx } from '../store/store.ts';
import {
  type CardDetails,
  CredentialLedger,
  type CredentialUse,
  type NewCredential,
  unknownCredential,
} from './credential-ledger.ts';
import {
  type CredentialEvent,
  type CredentialState,
  type CredentialSummary,
  IN_FORCE,
  toSummary,
} from './credential-summary.ts';
import { refusalMessages, refusalReason } from './eligibility.ts';

export interface IssuedCredential {
  id: string;
  /** The content of the QR code. Not stored: it is encoded again from the id, with the current key. */
  text: string;
}

/** Issues and revokes codes; every method is a whole unit of work. */
export class Credentials {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #ledger: CredentialLedger;
  readonly #host: string;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    host: string;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#ledger = new CredentialLedger(deps);
    this.#host = deps.host;
    this.#now = deps.now;
  }

  /**
   * Issues a code for a person; each person has at most one in force of each kind.
   *
   * @param options.unchecked skips the check of the status only, for a person whose status is not in this
   * archive (an external source answers, or a demonstration).
   * @param options.card makes it a Disability Card's code, which only attests that the card is valid.
   * @throws VarcoError with a {@link RefusalReason}.
   */
  async issue(
    codiceFiscale: string,
    options: { actor: string; unchecked?: 'status' | undefined; card?: CardDetails },
  ): Promise<IssuedCredential> {
    const kind = options.card ? 'card' : 'status';
    const mac = this.#keyring.codeMac(codiceFiscale);
    return this.#andNotify(async (tx) => {
      const person = await tx
        .selectFrom('person')
        .select(['id', 'has_mobile', 'has_email', 'privacy_version', 'status', 'due_on'])
        .where('code_mac', '=', mac)
        .executeTakeFirst();
      const day = foldingDay(this.#now());
      const reason = person
        ? refusalReason(
            person,
            await statusOf(this.#store, tx, person, day),
            kind,
            options.unchecked,
          )
        : 'personUnknown';
      if (!person || reason) {
        const code = reason ?? 'personUnknown';
        throw new VarcoError(code, refusalMessages[code]);
      }
      const live = await tx
        .selectFrom('credential')
        .select('id')
        .where('person_id', '=', person.id)
        .where('kind', '=', kind)
        .where('state', 'in', IN_FORCE)
        .executeTakeFirst();
      if (live) {
        throw new VarcoError('alreadyIssued', refusalMessages.alreadyIssued);
      }
      const { actor, card } = options;
      return this.#create(tx, { personId: person.id, mac, actor, card });
    });
  }

  /**
   * Issues a card's code within the caller's transaction, revoking one that has expired. The caller must
   * notify {@link CREDENTIAL_CHANNEL} after the commit.
   *
   * @throws VarcoError `alreadyIssued`.
   */
  async issueCard(
    tx: Tx,
    personId: number,
    options: { actor: string; card: CardDetails },
  ): Promise<IssuedCredential> {
    const before = await tx
      .selectFrom('credential')
      .select(['id', 'expires_at'])
      .where('person_id', '=', personId)
      .where('kind', '=', 'card')
      .where('state', 'in', IN_FORCE)
      .executeTakeFirst();
    if (before && !isExpired(before, romeDay(this.#now()))) {
      throw new VarcoError('alreadyIssued', refusalMessages.alreadyIssued);
    }
    if (before) {
      await this.#ledger.revoke(tx, before.id, { actor: options.actor, reason: 'expired' });
    }
    const { code_mac: mac } = await tx
      .selectFrom('person')
      .select('code_mac')
      .where('id', '=', personId)
      .executeTakeFirstOrThrow();
    return this.#create(tx, { personId, mac, ...options });
  }

  /**
   * Issues a card's code in the place of one in force, within the caller's transaction: the old one ends in
   * the same moment. The caller must notify {@link CREDENTIAL_CHANNEL} after the commit.
   *
   * @throws VarcoError `credentialUnknown`.
   */
  async replaceCard(
    tx: Tx,
    before: string,
    options: { actor: string; card: CardDetails },
  ): Promise<IssuedCredential> {
    const reason = 'replaced';
    const { personId, mac } = await this.#ledger.revoke(tx, before, { ...options, reason });
    const issued = await this.#create(tx, { personId, mac, ...options });
    await tx
      .updateTable('credential')
      .set({ replaced_by: issued.id })
      .where('id', '=', before)
      .execute();
    return issued;
  }

  /**
   * Revokes a code for good.
   *
   * @throws VarcoError `credentialUnknown` when no credential in force has this id.
   */
  async revoke(id: string, options: { actor: string; reason: string }): Promise<void> {
    await this.#andNotify(async (tx) => {
      await this.#ledger.revoke(tx, id, options);
    });
  }

  /**
   * Revokes a live or locked credential and issues its person a new one, in one unit of work.
   *
   * @throws VarcoError `credentialUnknown`, `cardNotReissued`.
   */
  async reissue(id: string, options: { actor: string; reason: string }): Promise<IssuedCredential> {
    return this.#andNotify(async (tx) => {
      const { personId, mac, kind } = await this.#ledger.revoke(tx, id, options);
      if (kind === 'card') {
        throw new VarcoError(
          'cardNotReissued',
          'A card gets a new serial: revoke it and issue one',
        );
      }
      const issued = await this.#create(tx, { personId, mac, actor: options.actor });
      await tx
        .updateTable('credential')
        .set({ replaced_by: issued.id })
        .where('id', '=', id)
        .execute();
      return issued;
    });
  }

  /**
   * Encodes a live credential again, for a lost print: with the same id, so the old print works too.
   *
   * @throws VarcoError `credentialUnknown` when no live credential has this id.
   */
  async text(id: string): Promise<string> {
    const row = await this.#store.db
      .selectFrom('credential')
      .select(['kind', 'issued_at', 'expires_at'])
      .where('id', '=', id)
      .where('state', '=', 'live')
      .executeTakeFirst();
    if (!row) {
      throw unknownCredential();
    }
    const { kind, issued_at: issuedAt, expires_at: expiresAt } = row;
    return this.#encode({ id, kind, issuedAt, expiresAt });
  }

  /**
   * The code for a phone: the same credential, signed again every half minute so that a photograph of it
   * is useless (`shared/credential/live-code.ts`). Nothing of it is stored.
   *
   * @returns its text, and when the next one is due in Unix milliseconds.
   * @throws VarcoError `credentialUnknown` when no live credential has this id, or it has expired.
   */
  async liveCode(id: string): Promise<{ text: string; renewAt: number }> {
    const now = this.#now();
    const row = await this.#store.db
      .selectFrom('credential')
      .select(['kind', 'expires_at'])
      .where('id', '=', id)
      .where('state', '=', 'live')
      .executeTakeFirst();
    if (!row || isExpired(row, romeDay(now))) {
      throw unknownCredential();
    }
    const { renewAt, ...times } = liveStep(now);
    const credential = { id, kind: row.kind, ...times, live: true } as const;
    const signer = this.#keyring.credentialSigner(this.#now());
    return { text: encodeCredential(credential, { host: this.#host, ...signer }), renewAt };
  }

  /**
   * Locks a code whose owner said "this was not me": from now on it answers like a revoked one everywhere.
   *
   * @throws VarcoError `credentialUnknown` when no live credential has this id.
   */
  lock(id: string, options: { actor: string }): Promise<void> {
    return this.#switch(id, { ...options, from: 'live', to: 'locked' });
  }

  /**
   * Unlocks a locked code, so that it opens gates again.
   *
   * @throws VarcoError `credentialUnknown` when no locked credential has this id.
   */
  unlock(id: string, options: { actor: string }): Promise<void> {
    return this.#switch(id, { ...options, from: 'locked', to: 'live' });
  }

  /** Records in the history that the code's print was handed out again. */
  async recordUse(id: string, use: CredentialUse, options: { actor: string }): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await this.#ledger.recordUse(tx, id, use, options.actor);
    });
  }

  /** All codes issued for a person, newest first. */
  async listForPerson(personId: number): Promise<CredentialSummary[]> {
    const rows = await this.#store.db
      .selectFrom('credential')
      .selectAll()
      .where('person_id', '=', personId)
      .orderBy('issued_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(toSummary);
  }

  async history(id: string): Promise<CredentialEvent[]> {
    return this.#store.db
      .selectFrom('credential_event')
      .select(['at', 'kind', 'actor'])
      .where('credential_id', '=', id)
      .orderBy('id')
      .execute();
  }

  /** Runs a unit of work and notifies subscribers of credential changes once it has committed. */
  async #andNotify<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const result = await this.#store.transaction(work);
    await this.#store.notify(CREDENTIAL_CHANNEL, '');
    return result;
  }

  async #create(
    tx: Tx,
    options: { personId: number; mac: string; actor: string; card?: CardDetails | undefined },
  ): Promise<IssuedCredential> {
    const created = await this.#ledger.insert(tx, options);
    return { id: created.id, text: this.#encode(created) };
  }

  #switch(
    id: string,
    options: { actor: string; from: CredentialState; to: 'live' | 'locked' },
  ): Promise<void> {
    return this.#andNotify((tx) => this.#ledger.switchState(tx, id, options));
  }

  #encode({ id, kind, issuedAt, expiresAt }: NewCredential): string {
    const credential = {
      id,
      kind,
      issuedAt: Math.floor(issuedAt / 1000),
      expiresAt: expiresAt === null ? undefined : Math.floor(expiresAt / 1000),
    };
    return encodeCredential(credential, {
      host: this.#host,
      ...this.#keyring.credentialSigner(this.#now()),
    });
  }
}
