import { randomUUID } from 'node:crypto';
import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Notify } from '../notify/notify.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store, Tx } from '../store/store.ts';

/** A person that a citizen lets act, until a day. */
export interface Delegation {
  id: string;
  grantorId: number;
  delegate: { name: string; codiceFiscale: string };
  createdAt: number;
  /** The first moment at which it no longer holds, Unix milliseconds. */
  endsAt: number;
  /** When it was ended before its time. */
  endedAt?: number | undefined;
}

/** Somebody for whom a citizen may act. */
export interface ReceivedDelegation {
  id: string;
  personId: number;
  name: string;
  endsAt: number;
}

export type DelegationProblem =
  | 'delegateIsSelf'
  | 'delegateExists'
  | 'delegatesTooMany'
  | 'endsWrong';

/** Delegates of one citizen at one time. */
export const DELEGATES_MAX = 5;
/** A delegation lasts two years at most, as those of the digital identity do; then it is made again. */
export const DELEGATION_DAYS_MAX = 730;
/** Ended ones are kept as long as the audit is, for both to see what there was. */
const KEPT_MS = 366 * 86_400_000;
const PLACE = 'delegation.delegate';

/**
 * Lets a named person act for a citizen. Every beginning, end and act leaves a row in the audit about
 * the citizen, and one about the delegate.
 */
export class Delegations {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #audit: Audit;
  readonly #registry: Registry;
  readonly #notify: Notify;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    registry: Registry;
    notify: Notify;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#audit = deps.audit;
    this.#registry = deps.registry;
    this.#notify = deps.notify;
    this.#now = deps.now;
  }

  /**
   * A citizen names a delegate and gets an e-mail about it.
   *
   * @param delegation.link the page where it can be ended again.
   * @throws VarcoError with a {@link DelegationProblem}.
   */
  async create(
    grantor: { personId: number; codiceFiscale: string },
    delegation: { name: string; codiceFiscale: string; endsAt: number; link: string },
  ): Promise<void> {
    const now = this.#now();
    const mac = this.#keyring.codeMac(delegation.codiceFiscale);
    const own = this.#keyring.codeMac(grantor.codiceFiscale);
    if (mac === own) {
      throw problem('delegateIsSelf');
    }
    if (delegation.endsAt <= now || delegation.endsAt > now + DELEGATION_DAYS_MAX * 86_400_000) {
      throw problem('endsWrong');
    }
    await this.#store.transaction(async (tx) => {
      const live = await this.#live(tx)
        .select('delegate_mac')
        .where('grantor_id', '=', grantor.personId)
        .execute();
      if (live.some((row) => row.delegate_mac === mac)) {
        throw problem('delegateExists');
      }
      if (live.length >= DELEGATES_MAX) {
        throw problem('delegatesTooMany');
      }
      const id = randomUUID();
      const { name, codiceFiscale, endsAt } = delegation;
      await tx
        .insertInto('delegation')
        .values({
          id,
          grantor_id: grantor.personId,
          delegate_mac: mac,
          delegate_cipher: this.#keyring.seal(PLACE, JSON.stringify({ name, codiceFiscale })),
          created_at: now,
          ends_at: endsAt,
          ended_at: null,
        })
        .execute();
      await this.#note(tx, 'delegation.created', [own, mac], { delegation: id, endsAt });
      await this.#notify.queue(tx, {
        key: `delegation:${id}`,
        to: { kind: 'email', personId: grantor.personId },
        template: 'delegation',
        data: { link: delegation.link },
      });
    });
  }

  /** Ends one that the grantor gave, or that the delegate has; nothing happens to another's. */
  async end(
    id: string,
    by: { personId?: number | undefined; codiceFiscale: string },
  ): Promise<void> {
    const mac = this.#keyring.codeMac(by.codiceFiscale);
    await this.#store.transaction(async (tx) => {
      const row = await this.#live(tx)
        .select(['grantor_id', 'delegate_mac'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (!row || (row.grantor_id !== by.personId && row.delegate_mac !== mac)) {
        return;
      }
      await tx
        .updateTable('delegation')
        .set({ ended_at: this.#now() })
        .where('id', '=', id)
        .execute();
      const subjects = [await macOf(tx, row.grantor_id), row.delegate_mac];
      const actor = row.grantor_id === by.personId ? 'citizen' : `delegate:${id}`;
      await this.#note(tx, 'delegation.ended', subjects, { delegation: id, actor });
    });
  }

  /** Those that a citizen gave, the newest first; ended ones too. */
  async grantedBy(personId: number): Promise<Delegation[]> {
    const rows = await this.#store.db
      .selectFrom('delegation')
      .selectAll()
      .where('grantor_id', '=', personId)
      .orderBy('created_at', 'desc')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      grantorId: row.grantor_id,
      delegate: JSON.parse(this.#keyring.open(PLACE, row.delegate_cipher)),
      createdAt: row.created_at,
      endsAt: row.ends_at,
      endedAt: row.ended_at ?? undefined,
    }));
  }

  /** Those for whom a citizen may act now. */
  async received(codiceFiscale: string): Promise<ReceivedDelegation[]> {
    const rows = await this.#live(this.#store.db)
      .select(['id', 'grantor_id', 'ends_at'])
      .where('delegate_mac', '=', this.#keyring.codeMac(codiceFiscale))
      .orderBy('created_at')
      .execute();
    const received: ReceivedDelegation[] = [];
    for (const { id, grantor_id: personId, ends_at: endsAt } of rows) {
      const { name } = await this.#registry.identity(personId);
      received.push({ id, personId, name, endsAt });
    }
    return received;
  }

  /** Whether a delegate may act now: looked up for every request. */
  async holds(id: string, codiceFiscale: string): Promise<boolean> {
    const row = await this.#live(this.#store.db)
      .select('id')
      .where('id', '=', id)
      .where('delegate_mac', '=', this.#keyring.codeMac(codiceFiscale))
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Notes what a delegate did, so that it is found by both names. */
  async noteAct(id: string, delegate: string, personId: number, act: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const subjects = [await macOf(tx, personId), this.#keyring.codeMac(delegate)];
      await this.#note(tx, 'delegation.act', subjects, { delegation: id, act });
    });
  }

  /** When a citizen's data are erased: nobody acts for that person any more. */
  async erase(tx: Tx, personId: number): Promise<void> {
    await tx.deleteFrom('delegation').where('grantor_id', '=', personId).execute();
  }

  /** Lets go of delegations that ended long ago. */
  async forgetOld(): Promise<void> {
    await this.#store.db
      .deleteFrom('delegation')
      .where('ends_at', '<', this.#now() - KEPT_MS)
      .execute();
  }

  #live(db: Pick<Tx, 'selectFrom'>) {
    return db
      .selectFrom('delegation')
      .where('ended_at', 'is', null)
      .where('ends_at', '>', this.#now());
  }

  async #note(
    tx: Tx,
    kind: string,
    subjects: readonly string[],
    body: Record<string, unknown>,
  ): Promise<void> {
    await this.#audit.append(
      tx,
      subjects.map((subject) => ({ kind, subject, body })),
    );
  }
}

async function macOf(tx: Tx, personId: number): Promise<string> {
  const { code_mac } = await tx
    .selectFrom('person')
    .select('code_mac')
    .where('id', '=', personId)
    .executeTakeFirstOrThrow();
  return code_mac;
}

const words: Record<DelegationProblem, string> = {
  delegateIsSelf: 'Nobody delegates to themselves',
  delegateExists: 'This person is a delegate already',
  delegatesTooMany: `A citizen has ${DELEGATES_MAX} delegates at most`,
  endsWrong: `A delegation ends after today and within ${DELEGATION_DAYS_MAX} days`,
};

function problem(code: DelegationProblem): VarcoError {
  return new VarcoError(code, words[code]);
}
