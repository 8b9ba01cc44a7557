import { randomBytes } from 'node:crypto';
import { encodeCredential } from '../../shared/credential/credential.ts';
import { liveStep } from '../../shared/credential/live-code.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import { CREDENTIAL_CHANNEL, noteCredentialChanges } from '../store/change-feed.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import { type CredentialKind, refusalReason, refusalMessages as words } from './eligibility.ts';

const ID_BYTES = 16;

export interface IssuedCredential {
  id: string;
  /** What the QR holds. It is not kept: it is made again from the id, alike but for the signing key. */
  text: string;
}

/** What is printed on a Disability Card beside its code. */
export interface CardDetails {
  serial: string;
  /** Unix milliseconds. */
  expiresAt: number;
  /** The "A": the holder may be accompanied. */
  companion: boolean;
}

/** A line of a credential's history. */
export interface CredentialEvent {
  at: number;
  kind: string;
  actor: string;
}

/**
 * `live`: it opens gates. `locked`: its owner said "this was not me"; it answers like a revoked one
 * until it is unlocked or reissued. `revoked`: ended for good.
 */
export type CredentialState = 'live' | 'locked' | 'revoked';

/** A code as its owner sees it in the list of requests. */
export interface CredentialSummary {
  id: string;
  kind: CredentialKind;
  state: CredentialState;
  issuedAt: number;
  /** Of a card. */
  expiresAt?: number;
  serial?: string;
  companion: boolean;
  lockedAt?: number;
  revokedAt?: number;
  revokedReason?: string;
  /** The id of the code that took its place. */
  replacedBy?: string;
}

/** A use of the code's print that its history keeps: downloaded, sent to the owner's address. */
export type CredentialUse = 'printed' | 'mailed';

const IN_FORCE = ['live', 'locked'] as const;

/** Issues and revokes codes; every method is a whole unit of work. */
export class Credentials {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #audit: Audit;
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
    this.#audit = deps.audit;
    this.#host = deps.host;
    this.#now = deps.now;
  }

  /**
   * Gives a person a code. One is live for each person and kind.
   *
   * @param options.unchecked for a person whose status is not in this archive (another source answers,
   * or a demonstration): the status is not looked at, all else is.
   * @param options.card makes it a Disability Card's code, which tells only that the card is valid.
   * @throws VarcoError with a {@link RefusalReason}.
   */
  async issue(
    codiceFiscale: string,
    options: { actor: string; unchecked?: 'status'; card?: CardDetails },
  ): Promise<IssuedCredential> {
    const kind = options.card ? 'card' : 'status';
    const mac = this.#keyring.codeMac(codiceFiscale);
    return this.#andNotify(async (tx) => {
      const person = await tx
        .selectFrom('person')
        .select(['id', 'has_mobile', 'has_email', 'privacy_version', 'status'])
        .where('code_mac', '=', mac)
        .executeTakeFirst();
      const reason = person ? refusalReason(person, kind, options.unchecked) : 'personUnknown';
      if (!person || reason) {
        throw new VarcoError(reason ?? 'personUnknown', words[reason ?? 'personUnknown']);
      }
      const live = await tx
        .selectFrom('credential')
        .select('id')
        .where('person_id', '=', person.id)
        .where('kind', '=', kind)
        .where('state', 'in', IN_FORCE)
        .executeTakeFirst();
      if (live) {
        throw new VarcoError('alreadyIssued', words.alreadyIssued);
      }
      const { actor, card } = options;
      return this.#create(tx, { personId: person.id, mac, actor, card });
    });
  }

  /**
   * Gives a person a card's code within the caller's transaction; one that has expired makes room. Who
   * calls it says so on {@link CREDENTIAL_CHANNEL} once that is committed.
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
    if (before && (before.expires_at ?? Number.MAX_SAFE_INTEGER) > this.#now()) {
      throw new VarcoError('alreadyIssued', words.alreadyIssued);
    }
    if (before) {
      await this.#revoke(tx, before.id, { actor: options.actor, reason: 'expired' });
    }
    const { code_mac: mac } = await tx
      .selectFrom('person')
      .select('code_mac')
      .where('id', '=', personId)
      .executeTakeFirstOrThrow();
    return this.#create(tx, { personId, mac, ...options });
  }

  /**
   * Ends a code for good.
   *
   * @throws VarcoError `credentialUnknown` when no credential in force has this id.
   */
  async revoke(id: string, options: { actor: string; reason: string }): Promise<void> {
    await this.#andNotify(async (tx) => {
      await this.#revoke(tx, id, options);
    });
  }

  /**
   * Revokes a live or locked credential and gives its person a new one, in one unit of work.
   *
   * @throws VarcoError `credentialUnknown`, `cardNotReissued`.
   */
  async reissue(id: string, options: { actor: string; reason: string }): Promise<IssuedCredential> {
    return this.#andNotify(async (tx) => {
      const { personId, mac, kind } = await this.#revoke(tx, id, options);
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

  /** The text of a live credential again, for a lost print: the same id, so the old print works too. */
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
    return this.#encode(id, row.kind as CredentialKind, row.issued_at, row.expires_at);
  }

  /**
   * The code for a phone: the same credential signed anew for half a minute, so that a photograph of it
   * is of no use (`shared/credential/live-code.ts`). Nothing is kept of it.
   *
   * @returns its text, and when the next one is due, in Unix milliseconds.
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
    if (!row || (row.expires_at ?? Number.MAX_SAFE_INTEGER) <= now) {
      throw unknownCredential();
    }
    const { renewAt, ...times } = liveStep(now);
    const credential = { id, kind: row.kind as CredentialKind, ...times, live: true } as const;
    const signer = this.#keyring.credentialSigner(this.#now());
    return { text: encodeCredential(credential, { host: this.#host, ...signer }), renewAt };
  }

  /**
   * "This was not me": from now on the code answers like a revoked one, at every gate.
   *
   * @throws VarcoError `credentialUnknown` when no live credential has this id.
   */
  lock(id: string, options: { actor: string }): Promise<void> {
    return this.#switch(id, { ...options, from: 'live', to: 'locked' });
  }

  /**
   * Its owner lets a locked code open gates again.
   *
   * @throws VarcoError `credentialUnknown` when no locked credential has this id.
   */
  unlock(id: string, options: { actor: string }): Promise<void> {
    return this.#switch(id, { ...options, from: 'locked', to: 'live' });
  }

  /** Keeps in the history that the code's print was handed out again. */
  async recordUse(id: string, use: CredentialUse, options: { actor: string }): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const owner = await this.#ownerOf(tx, id);
      await this.#record(tx, id, use, options.actor, owner.code_mac);
    });
  }

  /** Every code that a person was given, the newest first. */
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

  /** A unit of work, and once it is committed a word to those who follow credentials. */
  async #andNotify<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const result = await this.#store.transaction(work);
    await this.#store.notify(CREDENTIAL_CHANNEL, '');
    return result;
  }

  async #create(
    tx: Tx,
    options: { personId: number; mac: string; actor: string; card?: CardDetails | undefined },
  ): Promise<IssuedCredential> {
    const id = randomBytes(ID_BYTES).toString('hex');
    const at = await this.#issueTime(tx, options.personId);
    const { card } = options;
    const kind = card ? 'card' : 'status';
    await tx
      .insertInto('credential')
      .values({
        id,
        person_id: options.personId,
        kind,
        state: 'live',
        issued_at: at,
        expires_at: card?.expiresAt ?? null,
        serial: card?.serial ?? null,
        companion: Number(card?.companion ?? false),
        revoked_at: null,
        revoked_reason: null,
        replaced_by: null,
      })
      .execute();
    await this.#record(tx, id, 'issued', options.actor, options.mac);
    await noteCredentialChanges(tx, [id]);
    return { id, text: this.#encode(id, kind, at, card?.expiresAt ?? null) };
  }

  /** Later than all codes of the person before, whatever the clock says: their order is their number. */
  async #issueTime(tx: Tx, personId: number): Promise<number> {
    const { last } = await tx
      .selectFrom('credential')
      .select(({ fn }) => fn.max('issued_at').as('last'))
      .where('person_id', '=', personId)
      .executeTakeFirstOrThrow();
    return Math.max(this.#now(), Number(last ?? 0) + 1);
  }

  async #revoke(
    tx: Tx,
    id: string,
    options: { actor: string; reason: string },
  ): Promise<{ personId: number; mac: string; kind: string }> {
    const row = await tx
      .updateTable('credential')
      .set({ state: 'revoked', revoked_at: this.#now(), revoked_reason: options.reason })
      .where('id', '=', id)
      .where('state', 'in', IN_FORCE)
      .returning(['person_id', 'kind'])
      .executeTakeFirst();
    if (!row) {
      throw unknownCredential();
    }
    const person = await tx
      .selectFrom('person')
      .select('code_mac')
      .where('id', '=', row.person_id)
      .executeTakeFirstOrThrow();
    await this.#record(tx, id, 'revoked', options.actor, person.code_mac);
    await noteCredentialChanges(tx, [id]);
    return { personId: row.person_id, mac: person.code_mac, kind: row.kind };
  }

  async #switch(
    id: string,
    options: { actor: string; from: CredentialState; to: CredentialState },
  ): Promise<void> {
    const { from, to, actor } = options;
    await this.#andNotify(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('credential')
        .set({ state: to, locked_at: to === 'locked' ? this.#now() : null })
        .where('id', '=', id)
        .where('state', '=', from)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) {
        throw unknownCredential();
      }
      const owner = await this.#ownerOf(tx, id);
      await this.#record(tx, id, to === 'locked' ? 'locked' : 'unlocked', actor, owner.code_mac);
      await noteCredentialChanges(tx, [id]);
    });
  }

  async #ownerOf(tx: Tx, id: string): Promise<{ code_mac: string }> {
    const owner = await tx
      .selectFrom('credential as c')
      .innerJoin('person as p', 'p.id', 'c.person_id')
      .select('p.code_mac')
      .where('c.id', '=', id)
      .executeTakeFirst();
    if (!owner) {
      throw unknownCredential();
    }
    return owner;
  }

  async #record(tx: Tx, id: string, kind: string, actor: string, mac: string): Promise<void> {
    const row = { credential_id: id, at: this.#now(), kind, actor };
    await tx.insertInto('credential_event').values(row).execute();
    await this.#audit.append(tx, [{ kind: `credential.${kind}`, subject: mac, body: { actor } }]);
  }

  #encode(id: string, kind: CredentialKind, issuedAt: number, expiresAt: number | null): string {
    const credential = {
      id,
      kind,
      issuedAt: Math.floor(issuedAt / 1000),
      ...(expiresAt === null ? {} : { expiresAt: Math.floor(expiresAt / 1000) }),
    };
    return encodeCredential(credential, {
      host: this.#host,
      ...this.#keyring.credentialSigner(this.#now()),
    });
  }
}

function unknownCredential() {
  return new VarcoError('credentialUnknown', 'There is no such credential in force');
}

function toSummary(row: TableRow<'credential'>): CredentialSummary {
  const optional = {
    expiresAt: row.expires_at,
    serial: row.serial,
    lockedAt: row.locked_at,
    revokedAt: row.revoked_at,
    revokedReason: row.revoked_reason,
    replacedBy: row.replaced_by,
  };
  const given = Object.entries(optional).filter(([, value]) => value !== null);
  return {
    id: row.id,
    kind: row.kind as CredentialKind,
    state: row.state as CredentialState,
    issuedAt: row.issued_at,
    companion: row.companion === 1,
    ...(Object.fromEntries(given) as Partial<CredentialSummary>),
  };
}
