import { randomBytes } from 'node:crypto';
import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import { noteCredentialChanges } from '../store/change-feed.ts';
import type { Tx } from '../store/store.ts';
import { type CredentialKind, type CredentialState, IN_FORCE } from './credential-summary.ts';

const ID_BYTES = 16;

/** What is printed on a Disability Card beside its code. */
export interface CardDetails {
  serial: string;
  /** Unix milliseconds. */
  expiresAt: number;
  /** The "A": the holder may be accompanied. */
  companion: boolean;
}

/** A use of a code's print that its history records: downloaded, or sent to the owner's address. */
export type CredentialUse = 'printed' | 'mailed';

/** A credential as it was just inserted. */
export interface NewCredential {
  id: string;
  kind: CredentialKind;
  issuedAt: number;
  expiresAt: number | null;
}

/**
 * Writes credentials within the caller's transaction: each change together with its history entry, its
 * audit row and its place in the change feed.
 */
export class CredentialLedger {
  readonly #audit: Audit;
  readonly #now: () => number;

  constructor(deps: { audit: Audit; now: () => number }) {
    this.#audit = deps.audit;
    this.#now = deps.now;
  }

  async insert(
    tx: Tx,
    options: { personId: number; mac: string; actor: string; card?: CardDetails | undefined },
  ): Promise<NewCredential> {
    const { personId, mac, actor, card } = options;
    const id = randomBytes(ID_BYTES).toString('hex');
    const issuedAt = await this.#issueTime(tx, personId);
    const kind = card ? 'card' : 'status';
    const expiresAt = card?.expiresAt ?? null;
    await tx
      .insertInto('credential')
      .values({
        id,
        person_id: personId,
        kind,
        state: 'live',
        issued_at: issuedAt,
        expires_at: expiresAt,
        serial: card?.serial ?? null,
        companion: Number(card?.companion ?? false),
        revoked_at: null,
        revoked_reason: null,
        replaced_by: null,
      })
      .execute();
    await this.#record(tx, id, 'issued', actor, mac);
    await noteCredentialChanges(tx, [id]);
    return { id, kind, issuedAt, expiresAt };
  }

  /** Later than all earlier codes of the person, whatever the clock says, so that they sort by it. */
  async #issueTime(tx: Tx, personId: number): Promise<number> {
    const { last } = await tx
      .selectFrom('credential')
      .select(({ fn }) => fn.max('issued_at').as('last'))
      .where('person_id', '=', personId)
      .executeTakeFirstOrThrow();
    return Math.max(this.#now(), Number(last ?? 0) + 1);
  }

  /** @throws VarcoError `credentialUnknown` when no credential in force has this id. */
  async revoke(
    tx: Tx,
    id: string,
    options: { actor: string; reason: string },
  ): Promise<{ personId: number; mac: string; kind: CredentialKind }> {
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
    const { code_mac: mac } = await tx
      .selectFrom('person')
      .select('code_mac')
      .where('id', '=', row.person_id)
      .executeTakeFirstOrThrow();
    await this.#record(tx, id, 'revoked', options.actor, mac);
    await noteCredentialChanges(tx, [id]);
    return { personId: row.person_id, mac, kind: row.kind };
  }

  /** Locks or unlocks. @throws VarcoError `credentialUnknown` when it is not in the state `from`. */
  async switchState(
    tx: Tx,
    id: string,
    options: { actor: string; from: CredentialState; to: 'live' | 'locked' },
  ): Promise<void> {
    const { from, to, actor } = options;
    const { numUpdatedRows } = await tx
      .updateTable('credential')
      .set({ state: to, locked_at: to === 'locked' ? this.#now() : null })
      .where('id', '=', id)
      .where('state', '=', from)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) {
      throw unknownCredential();
    }
    await this.#record(tx, id, to === 'locked' ? 'locked' : 'unlocked', actor);
    await noteCredentialChanges(tx, [id]);
  }

  /** Records that the code's print was handed out again. @throws VarcoError `credentialUnknown`. */
  recordUse(tx: Tx, id: string, use: CredentialUse, actor: string): Promise<void> {
    return this.#record(tx, id, use, actor);
  }

  /** @param mac of the owner, read here when the caller does not have it. */
  async #record(tx: Tx, id: string, kind: string, actor: string, mac?: string): Promise<void> {
    const subject = mac ?? (await ownerMac(tx, id));
    const row = { credential_id: id, at: this.#now(), kind, actor };
    await tx.insertInto('credential_event').values(row).execute();
    await this.#audit.append(tx, [{ kind: `credential.${kind}`, subject, body: { actor } }]);
  }
}

async function ownerMac(tx: Tx, id: string): Promise<string> {
  const owner = await tx
    .selectFrom('credential as c')
    .innerJoin('person as p', 'p.id', 'c.person_id')
    .select('p.code_mac')
    .where('c.id', '=', id)
    .executeTakeFirst();
  if (!owner) {
    throw unknownCredential();
  }
  return owner.code_mac;
}

export function unknownCredential() {
  return new VarcoError('credentialUnknown', 'There is no such credential in force');
}
