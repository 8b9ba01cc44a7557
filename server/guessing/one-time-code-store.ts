import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Asker } from '../audit/asker.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import { CODE_LIFE_MS, CODE_TRIES, newCode, tryCode } from './one-time-code.ts';

/** What a one-time code is good for, and for nothing else. */
export interface CodeBinding {
  asker: Asker;
  credentialId: string;
  /** The operator's purpose, or the gate's policy. */
  purpose: string;
}

/** The one-time codes that are out: of each, only a keyed hash is kept. */
export class OneTimeCodeStore {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Makes a code and keeps its keyed hash; any older code of the same binding is gone with it. */
  async issue(tx: Tx, bound: CodeBinding, personId: number): Promise<string> {
    const code = newCode(randomInt);
    const boundMac = this.#boundMac(bound);
    await tx.deleteFrom('one_time_code').where('bound_mac', '=', boundMac).execute();
    await tx
      .insertInto('one_time_code')
      .values({
        id: randomUUID(),
        code_mac: this.#keyring.oneTimeCodeMac('code', boundMac, code),
        bound_mac: boundMac,
        person_id: personId,
        tries_left: CODE_TRIES,
        expires_at: this.#now() + CODE_LIFE_MS,
        used_at: null,
        policy: null,
      })
      .execute();
    return code;
  }

  /** One try; the row is locked, so that two at once are two tries. */
  async redeem(tx: Tx, bound: CodeBinding, code: string) {
    const now = this.#now();
    const boundMac = this.#boundMac(bound);
    const select = tx.selectFrom('one_time_code').selectAll().where('bound_mac', '=', boundMac);
    const locked = this.#store.engine === 'postgres' ? select.forUpdate() : select;
    const row = await locked.executeTakeFirst();
    const mac = this.#keyring.oneTimeCodeMac('code', boundMac, code);
    const matches = timingSafeEqual(
      Buffer.from(mac),
      Buffer.from(row?.code_mac ?? '0'.repeat(mac.length)),
    );
    if (!row) {
      return { result: 'spent' as const, subject: bound.credentialId, expiresInMs: 0 };
    }
    const kept = {
      codeMac: row.code_mac,
      triesLeft: row.tries_left,
      expiresAt: row.expires_at,
      usedAt: row.used_at ?? undefined,
    };
    const { result, after } = tryCode(kept, matches, now);
    await tx
      .updateTable('one_time_code')
      .set({ tries_left: after.triesLeft, used_at: after.usedAt ?? null })
      .where('id', '=', row.id)
      .execute();
    const person = await tx
      .selectFrom('person')
      .select('code_mac')
      .where('id', '=', row.person_id)
      .executeTakeFirstOrThrow();
    const expiresInMs = after.triesLeft > 0 ? row.expires_at - now : 0;
    return { result, subject: person.code_mac, personId: row.person_id, expiresInMs };
  }

  #boundMac({ asker, credentialId, purpose }: CodeBinding): string {
    return this.#keyring.oneTimeCodeMac('bound', asker.id, credentialId, purpose);
  }
}
