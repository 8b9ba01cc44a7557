import { randomUUID } from 'node:crypto';
import type { Role } from '../fleet/access/roles.ts';
import type { Keyring } from '../keys/keyring.ts';
import { forUpdate } from '../store/row-lock.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';

const IDENTITY = 'staff.identity';

export type StaffRow = TableRow<'staff_account'>;
export type StaffState = 'invited' | 'active' | 'disabled';

/** An account of an operator or of somebody who manages the fleet. */
export interface StaffAccount {
  id: string;
  name: string;
  email: string;
  role: Role;
  sites: 'all' | readonly string[];
  state: StaffState;
  hasPassword: boolean;
  passkeys: number;
}

/** What an account may do, decided by the person who invites. */
export interface StaffTerms {
  role: Role;
  sites: 'all' | readonly string[];
}

/** Reads and writes the rows of staff accounts; names and addresses are encrypted. */
export class StaffRows {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  async insert(
    tx: Tx,
    terms: StaffTerms,
    known: { name?: string | undefined; email?: string | undefined },
  ): Promise<string> {
    const now = this.#now();
    const id = randomUUID();
    const identity = { name: known.name ?? '', email: known.email ?? '' };
    const row: StaffRow = {
      id,
      login_mac: null,
      identity_cipher: this.sealIdentity(identity),
      role: terms.role,
      sites: JSON.stringify(terms.sites),
      state: 'invited',
      password: null,
      totp_cipher: null,
      totp_step: null,
      created_at: now,
      updated_at: now,
    };
    await tx.insertInto('staff_account').values(row).execute();
    return id;
  }

  async toAccount(row: StaffRow): Promise<StaffAccount> {
    const { name, email } = JSON.parse(this.#keyring.open(IDENTITY, row.identity_cipher));
    const { count } = await this.#store.db
      .selectFrom('staff_passkey')
      .select((of) => of.fn.countAll<number | string>().as('count'))
      .where('account_id', '=', row.id)
      .executeTakeFirstOrThrow();
    return {
      id: row.id,
      name,
      email,
      role: row.role,
      sites: JSON.parse(row.sites),
      state: row.state,
      hasPassword: row.password !== null,
      passkeys: Number(count),
    };
  }

  /** Marks a TOTP time step as used; false if it was, even by a concurrent login. */
  async spendStep(accountId: string, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#store.db
      .updateTable('staff_account')
      .set({ totp_step: step })
      .where('id', '=', accountId)
      .where((is) => is.or([is('totp_step', 'is', null), is('totp_step', '<', step)]))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Reads and locks an account's row, if there is one. */
  async lock(tx: Tx, accountId: string): Promise<StaffRow | undefined> {
    const select = tx.selectFrom('staff_account').selectAll().where('id', '=', accountId);
    return forUpdate(this.#store, select).executeTakeFirst();
  }

  /**
   * The ids of the active administrators of all sites. Their rows are locked, in one order, so that two who
   * disable each other take turns.
   */
  async lockChiefs(tx: Tx): Promise<string[]> {
    const select = tx
      .selectFrom('staff_account')
      .selectAll()
      .where('role', '=', 'administrator')
      .where('state', '=', 'active')
      .orderBy('id');
    const rows = await forUpdate(this.#store, select).execute();
    return rows.filter(({ sites }) => JSON.parse(sites) === 'all').map(({ id }) => id);
  }

  find(accountId: string): Promise<StaffRow | undefined> {
    return this.#store.db
      .selectFrom('staff_account')
      .selectAll()
      .where('id', '=', accountId)
      .executeTakeFirst();
  }

  findByEmail(email: string): Promise<StaffRow | undefined> {
    return this.#store.db
      .selectFrom('staff_account')
      .selectAll()
      .where('login_mac', '=', this.loginMac(email))
      .executeTakeFirst();
  }

  /** The keyed hash by which an account is found. */
  loginMac(email: string): string {
    return this.#keyring.oneTimeCodeMac('staffLogin', email.trim().toLowerCase()).slice(0, 32);
  }

  /** Encrypts an account's name and e-mail address. */
  sealIdentity(identity: { name: string; email: string }): Buffer {
    return this.#keyring.seal(IDENTITY, JSON.stringify(identity));
  }
}
