import { randomInt, randomUUID } from 'node:crypto';
import type { Asker } from '../audit/asker.ts';
import type { Keyring } from '../keys/keyring.ts';
import { isSameText } from '../keys/secret.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { Store, Tx } from '../store/store.ts';
import { CODE_LIFE_MS, CODE_TRIES, newCode, tryCode } from './one-time-code.ts';

/** The only use a one-time code is valid for. */
export interface CodeBinding {
  asker: Asker;
  credentialId: string;
  /** The operator's purpose, or the gate's policy. */
  purpose: string;
}

/** The outstanding one-time codes, stored as keyed hashes. */
export class OneTimeCodeStore {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Issues a code and stores its keyed hash; it replaces any older code of the same binding. */
  async issue(tx: Tx, binding: CodeBinding, personId: number): Promise<string> {
    const code = newCode(randomInt);
    const bindingMac = this.#bindingMac(binding);
    await tx.deleteFrom('one_time_code').where('bound_mac', '=', bindingMac).execute();
    await tx
      .insertInto('one_time_code')
      .values({
        id: randomUUID(),
        code_mac: this.#keyring.oneTimeCodeMac('code', bindingMac, code),
        bound_mac: bindingMac,
        person_id: personId,
        tries_left: CODE_TRIES,
        expires_at: this.#now() + CODE_LIFE_MS,
        used_at: null,
        policy: null,
      })
      .execute();
    return code;
  }

  /** Makes one attempt. The row is locked, so that two concurrent attempts count as two. */
  async redeem(tx: Tx, binding: CodeBinding, code: string) {
    const now = this.#now();
    const bindingMac = this.#bindingMac(binding);
    const select = tx.selectFrom('one_time_code').selectAll().where('bound_mac', '=', bindingMac);
    const row = await forUpdate(this.#store, select).executeTakeFirst();
    const mac = this.#keyring.oneTimeCodeMac('code', bindingMac, code);
    const matches = isSameText(mac, row?.code_mac ?? '0'.repeat(mac.length));
    if (!row) {
      return { result: 'spent' as const, subject: binding.credentialId, expiresInMs: 0 };
    }
    const stored = {
      codeMac: row.code_mac,
      triesLeft: row.tries_left,
      expiresAt: row.expires_at,
      usedAt: row.used_at ?? undefined,
    };
    const { result, after } = tryCode(stored, matches, now);
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

  #bindingMac({ asker, credentialId, purpose }: CodeBinding): string {
    return this.#keyring.oneTimeCodeMac('bound', asker.id, credentialId, purpose);
  }
}
