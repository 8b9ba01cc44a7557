import { monthsBefore } from '../housekeeping.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';

/** Retention of the log (domain §8: at least 24 months, separate from the audit). */
export const LOG_RETENTION_MONTHS = 24;
const PLACE = 'login.log';
/** Rows deleted at a time, so that no login waits for the deletion. */
const PORTION = 1000;

/** An event of the login log, stored as encrypted JSON under these names. */
export interface LoginEvent {
  event: 'login' | 'failed' | 'logout' | 'logoutEverywhere' | 'account' | 'confirmed';
  /** `oidc`, `card`, `pin`, `password`, `passkey`, `app`, `invitation`, `page`, `cli`. */
  way: string;
  /** The codice fiscale, the staff account's e-mail address, or what was typed instead. */
  account: string;
  /** Why the login failed, as a stable code, how else it succeeded, or what was done to an account. */
  reason?: string | undefined;
  address?: string;
  agent?: string;
}

/** A decrypted row of the log. */
export type LoginEntry = LoginEvent & { at: number };

/**
 * The log of logins, separate from the audit, encrypted and kept for 24 months. Read with `varco staff log`
 * by whoever holds the keyring, and by auditors.
 */
export class LoginLog {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  async write(event: LoginEvent): Promise<void> {
    await this.#store.db
      .insertInto('login_log')
      .values({
        at: this.#now(),
        subject: this.#subjectOf(event.account),
        body_cipher: this.#keyring.seal(PLACE, JSON.stringify(event)),
      })
      .execute();
  }

  /** The events, newest first. */
  async read(query: {
    account?: string | undefined;
    since?: number | undefined;
    limit: number;
  }): Promise<LoginEntry[]> {
    let select = this.#store.db.selectFrom('login_log').select(['at', 'body_cipher']);
    if (query.account !== undefined) {
      select = select.where('subject', '=', this.#subjectOf(query.account));
    }
    if (query.since !== undefined) {
      select = select.where('at', '>=', query.since);
    }
    const rows = await select.orderBy('id', 'desc').limit(query.limit).execute();
    return rows.map(({ at, body_cipher }) => {
      const event: LoginEvent = JSON.parse(this.#keyring.open(PLACE, body_cipher));
      return { at, ...event };
    });
  }

  /** Deletes rows older than the retention. */
  async purgeExpired(): Promise<void> {
    const before = monthsBefore(this.#now(), LOG_RETENTION_MONTHS);
    const old = this.#store.db
      .selectFrom('login_log')
      .select('id')
      .where('at', '<', before)
      .limit(PORTION);
    await this.#store.db.deleteFrom('login_log').where('id', 'in', old).execute();
  }

  #subjectOf(account: string): string {
    return this.#keyring.oneTimeCodeMac('loginLog', account.trim().toLowerCase()).slice(0, 32);
  }
}
