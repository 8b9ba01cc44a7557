import { randomInt } from 'node:crypto';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';

/** How many codes somebody gets at once. */
export const RECOVERY_CODES = 10;
/** 32 letters and digits that are not easily confused, 5 bits each: 60 bits in a code. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const CODE_LENGTH = 12;

/**
 * Codes that replace the six digits of a lost authenticator application, once each. Stored as keyed hashes;
 * 60 random bits need no slow one.
 */
export class RecoveryCodes {
  readonly #store: Store;
  readonly #keyring: Keyring;

  constructor(deps: { store: Store; keyring: Keyring }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
  }

  /** Replaces an account's codes. @returns the new ones, such as `7KQM-2XPD-94TR`; they can't be read again. */
  async renew(tx: Tx, accountId: string): Promise<string[]> {
    await this.revoke(tx, accountId);
    const codes = Array.from({ length: RECOVERY_CODES }, newCode);
    const rows = codes.map((code) => ({
      account_id: accountId,
      code_mac: this.#macOf(accountId, code),
    }));
    await tx.insertInto('staff_recovery_code').values(rows).execute();
    return codes;
  }

  async revoke(tx: Tx, accountId: string): Promise<void> {
    await tx.deleteFrom('staff_recovery_code').where('account_id', '=', accountId).execute();
  }

  /** Whether a code could be used now. */
  async isRight(accountId: string, code: string): Promise<boolean> {
    const row = await this.#store.db
      .selectFrom('staff_recovery_code')
      .select('account_id')
      .where('account_id', '=', accountId)
      .where('code_mac', '=', this.#macOf(accountId, code))
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Uses a code up; false if it is unknown or was used, even by a concurrent login. */
  async spend(accountId: string, code: string): Promise<boolean> {
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('staff_recovery_code')
      .where('account_id', '=', accountId)
      .where('code_mac', '=', this.#macOf(accountId, code))
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** How many codes an account has left. */
  async left(accountId: string): Promise<number> {
    const { count } = await this.#store.db
      .selectFrom('staff_recovery_code')
      .select((of) => of.fn.countAll<number | string>().as('count'))
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  #macOf(accountId: string, code: string): string {
    const plain = code.toUpperCase().replace(/[^0-9A-Z]/g, '');
    return this.#keyring.oneTimeCodeMac('recovery', accountId, plain).slice(0, 32);
  }
}

function newCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-');
}
