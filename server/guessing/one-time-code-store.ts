import { randomInt, randomUUID } from 'node:crypto';
import type { Asker } from '../audit/asker.ts';
import type { Keyring } from '../keys/keyring.ts';
import { isSameText } from '../keys/secret.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import { CodeTries } from './code-tries.ts';
import { CODE_LIFE_MS, CODE_TRIES, newCode, RESEND_AFTER_MS, tryCode } from './one-time-code.ts';

/** The only use a one-time code is valid for. */
export interface CodeBinding {
  asker: Asker;
  credentialId: string;
  /** The operator's purpose, or the gate's policy. */
  purpose: string;
}

/** Hands a code over for sending in the transaction that stores it. @param key the message's name. */
export type SendCode = (code: string, key: string) => Promise<'taken' | CodeNotTaken>;
export type CodeNotTaken = 'throttled' | 'unavailable';

/**
 * `issued`: a new code is on its way. `repeated`: before `resendAfterMs` the last one counts. `locked`: too
 * many wrong codes. `tooSoon`: the code is used up, and the next may not be sent yet.
 */
export type IssueResult =
  | { result: 'issued' | 'repeated'; expiresInMs: number; triesLeft: number; resendAfterMs: number }
  | { result: 'locked' | 'tooSoon'; retryAfterMs: number }
  | { result: CodeNotTaken };

/** Whether the message that carries a code was taken by its transport. */
export type IsSent = (key: string) => Promise<'sent' | 'waiting' | 'failed'>;

interface Redeemed {
  subject: string;
  personId: number;
}
/**
 * `waiting` and `failed`: the message with the code was not sent, so that nobody can know the code; the try
 * does not count. `lockedNow`: this was the last wrong code that the pair of person and asker had.
 */
export type RedeemResult =
  | { result: 'unknown' }
  | (Redeemed & { result: 'accepted' | 'spent' | 'waiting' | 'failed' })
  | (Redeemed & { result: 'wrong'; triesLeft: number; expiresInMs: number })
  | (Redeemed & { result: 'locked'; retryAfterMs: number; lockedNow: boolean });

/**
 * The outstanding one-time codes, stored as keyed hashes. Wrong ones count for each person and asker over
 * all codes and purposes ({@link CodeTries}), so that asking for another code brings no new tries.
 */
export class OneTimeCodeStore {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #tries: CodeTries;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#tries = new CodeTries(deps);
    this.#now = deps.now;
  }

  /**
   * Issues a code and stores its keyed hash once `send` has taken it; it replaces the older code of the same
   * binding.
   */
  async issue(
    tx: Tx,
    binding: CodeBinding,
    personId: number,
    send: SendCode,
  ): Promise<IssueResult> {
    const now = this.#now();
    const pair = await this.#tries.lock(tx, ['oneTimeCode', String(personId), binding.asker.id]);
    if (pair.lockedForMs > 0) {
      return { result: 'locked', retryAfterMs: pair.lockedForMs };
    }
    const bindingMac = this.#bindingMac(binding);
    const before = await this.#find(tx, bindingMac);
    const isRecent = before && before.expires_at - CODE_LIFE_MS + RESEND_AFTER_MS > now;
    if (before && isRecent && before.used_at === null) {
      return repeated(before, pair.triesLeft, now);
    }
    const code = newCode(randomInt);
    const id = randomUUID();
    const key = `code:${id}`;
    const taken = await send(code, key);
    if (taken !== 'taken') {
      return { result: taken };
    }
    await tx.deleteFrom('one_time_code').where('bound_mac', '=', bindingMac).execute();
    await tx
      .insertInto('one_time_code')
      .values({
        id,
        code_mac: this.#keyring.oneTimeCodeMac('code', bindingMac, code),
        bound_mac: bindingMac,
        person_id: personId,
        tries_left: CODE_TRIES,
        expires_at: now + CODE_LIFE_MS,
        used_at: null,
        policy: null,
        message_key: key,
      })
      .execute();
    return {
      result: 'issued',
      expiresInMs: CODE_LIFE_MS,
      triesLeft: Math.min(CODE_TRIES, pair.triesLeft),
      resendAfterMs: RESEND_AFTER_MS,
    };
  }

  /**
   * Makes one attempt. The count of the pair is locked before the code is compared, so that two concurrent
   * attempts, with whichever codes, count as two.
   */
  async redeem(tx: Tx, binding: CodeBinding, code: string, isSent: IsSent): Promise<RedeemResult> {
    const bindingMac = this.#bindingMac(binding);
    const mac = this.#keyring.oneTimeCodeMac('code', bindingMac, code);
    const found = await tx
      .selectFrom('one_time_code as c')
      .innerJoin('person as p', 'p.id', 'c.person_id')
      .select(['c.person_id', 'p.code_mac'])
      .where('c.bound_mac', '=', bindingMac)
      .executeTakeFirst();
    if (!found) {
      return { result: 'unknown' };
    }
    const { person_id: personId, code_mac: subject } = found;
    const who = { subject, personId };
    const pair = await this.#tries.lock(tx, ['oneTimeCode', String(personId), binding.asker.id]);
    if (pair.lockedForMs > 0) {
      return { ...who, result: 'locked', retryAfterMs: pair.lockedForMs, lockedNow: false };
    }
    const row = await this.#find(tx, bindingMac);
    if (!row) {
      return { ...who, result: 'spent' };
    }
    const sent = row.message_key === null ? 'sent' : await isSent(row.message_key);
    if (sent !== 'sent') {
      return { ...who, result: sent };
    }
    const now = this.#now();
    const { result, after } = tryCode(storedCode(row), isSameText(mac, row.code_mac), now);
    await tx
      .updateTable('one_time_code')
      .set({ tries_left: after.triesLeft, used_at: after.usedAt ?? null })
      .where('id', '=', row.id)
      .execute();
    if (result !== 'wrong') {
      return { ...who, result };
    }
    const counted = await this.#tries.recordFailure(tx, pair);
    if (counted.lockedForMs > 0) {
      return { ...who, result: 'locked', retryAfterMs: counted.lockedForMs, lockedNow: true };
    }
    const triesLeft = Math.min(after.triesLeft, counted.triesLeft);
    return { ...who, result: 'wrong', triesLeft, expiresInMs: row.expires_at - now };
  }

  #find(tx: Tx, bindingMac: string): Promise<CodeRow | undefined> {
    const select = tx.selectFrom('one_time_code').selectAll().where('bound_mac', '=', bindingMac);
    return forUpdate(this.#store, select).executeTakeFirst();
  }

  #bindingMac({ asker, credentialId, purpose }: CodeBinding): string {
    return this.#keyring.oneTimeCodeMac('bound', asker.id, credentialId, purpose);
  }
}

type CodeRow = TableRow<'one_time_code'>;

function storedCode(row: CodeRow) {
  return {
    codeMac: row.code_mac,
    triesLeft: row.tries_left,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
  };
}

/** A code is asked for again too soon after the last: that one still counts, if it can. Pure. */
function repeated(row: CodeRow, pairTriesLeft: number, now: number): IssueResult {
  const resendAfterMs = row.expires_at - CODE_LIFE_MS + RESEND_AFTER_MS - now;
  return row.tries_left > 0
    ? {
        result: 'repeated',
        expiresInMs: row.expires_at - now,
        triesLeft: Math.min(row.tries_left, pairTriesLeft),
        resendAfterMs,
      }
    : { result: 'tooSoon', retryAfterMs: resendAfterMs };
}
