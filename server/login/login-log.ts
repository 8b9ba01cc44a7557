import { type CountedWindow, CountedWindows, windowOf } from '../guessing/counted-windows.ts';
import { networkOf } from '../guessing/login-attempts.ts';
import { monthsBefore } from '../housekeeping.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';

/** Retention of the log (domain §8: at least 24 months, separate from the audit). */
export const LOG_RETENTION_MONTHS = 24;
const PLACE = 'login.log';
/** Rows deleted at a time, so that no login waits for the deletion. */
const PORTION = 1000;

/**
 * Failed logins that get rows of their own in a quarter of an hour: of one network and way, and of all. The
 * others become one row with their number for each network and way, up to this many, and one for the rest.
 */
const FAILURES = { recordedMax: 50, recordedInAllMax: 400, windowsMax: 100 } as const;

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
  /** This many more failed logins by this way from this network, within a quarter of an hour. */
  attempts?: number;
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
  readonly #failures = new CountedWindows<LoginEvent>({
    ...FAILURES,
    overflow: { event: 'failed', way: 'several', account: '', reason: 'counted' },
  });

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Writes an event. A failed login that follows many others is counted instead. */
  async write(event: LoginEvent): Promise<void> {
    const now = this.#now();
    if (event.event !== 'failed' || this.#mustRecord(event, now)) {
      await this.#insert([event], now);
    }
  }

  /** Writes the counts of the windows that have ended; with `all`, those of the current one too. */
  async writeCounts(all = false): Promise<void> {
    const now = this.#now();
    await this.#failures.close(all ? Number.MAX_SAFE_INTEGER : windowOf(now), (counted) =>
      this.#insert(counted.map(toEvent), now),
    );
  }

  /** A login that was not even looked at is recorded once in its window. */
  #mustRecord({ way, reason, address = '' }: LoginEvent, now: number): boolean {
    const network = networkOf(address);
    const note = {
      event: 'failed',
      way,
      account: '',
      reason: 'counted',
      address: network,
    } as const;
    const key = `${way} ${network}`;
    if (reason === 'throttled' && this.#failures.countKnown(key, now)) {
      return false;
    }
    return this.#failures.mustRecord(key, note, now);
  }

  async #insert(events: readonly LoginEvent[], at: number): Promise<void> {
    const rows = events.map((event) => ({
      at,
      subject: this.#subjectOf(event.account),
      body_cipher: this.#keyring.seal(PLACE, JSON.stringify(event)),
    }));
    await this.#store.db.insertInto('login_log').values(rows).execute();
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

function toEvent({ note, count }: CountedWindow<LoginEvent>): LoginEvent {
  return { ...note, attempts: count };
}
