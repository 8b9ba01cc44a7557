import { randomUUID } from 'node:crypto';
import { VarcoError } from '../../shared/errors.ts';
import type { LoginAttempts } from '../guessing/login-attempts.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import { hashPassword, isHashingBusy, passwordProblem, verifyPassword } from './password.ts';
import { type Role, roles } from './session.ts';
import type { SessionStore } from './session-store.ts';
import type { SingleUseSecrets } from './single-use-secrets.ts';
import { totpSecret, totpStep } from './totp.ts';

/** An invitation can be accepted for this long. */
export const INVITATION_LIFE_MS = 3 * 86_400_000;
const IDENTITY = 'staff.identity';
const TOTP_BOX = 'staff.totp';

export type StaffState = 'invited' | 'active' | 'disabled';

/** An account of an operator, or of somebody who looks after the fleet. */
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

/** What an account may do, decided by whoever invites. */
export interface StaffTerms {
  role: Role;
  sites: 'all' | readonly string[];
}

/** Who accepts an invitation. */
export interface Acceptance {
  name: string;
  email: string;
  password: string;
  /** The six digits that the new authenticator application shows. */
  code: string;
}

export type AcceptanceProblem =
  | 'nameMissing'
  | 'emailInvalid'
  | 'emailTaken'
  | 'password.tooShort'
  | 'password.tooLong'
  | 'password.common'
  | 'password.ownName'
  | 'codeWrong';

export type PasswordOutcome =
  | { ok: true; accountId: string }
  | { ok: false; reason: 'wrong' }
  /** Too many passwords are being checked just now. */
  | { ok: false; reason: 'overloaded' }
  | { ok: false; reason: 'throttled'; retryAfterMs: number };

type Row = TableRow<'staff_account'>;

/** Accounts of staff: invited by a link that works once, never given a password by anybody else. */
export class StaffAccounts {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #sessions: SessionStore;
  readonly #singleUse: SingleUseSecrets;
  readonly #attempts: LoginAttempts;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    sessions: SessionStore;
    singleUse: SingleUseSecrets;
    attempts: LoginAttempts;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#sessions = deps.sessions;
    this.#singleUse = deps.singleUse;
    this.#attempts = deps.attempts;
    this.#now = deps.now;
  }

  /** Makes an account that waits for its owner. @returns the secret of the invitation's link. */
  async invite(
    terms: StaffTerms,
    known: { name?: string | undefined; email?: string | undefined } = {},
  ): Promise<{ accountId: string; secret: string }> {
    return this.#store.transaction(async (tx) => {
      const accountId = await this.#insert(tx, terms, known);
      return { accountId, secret: await this.#giveInvitation(tx, accountId) };
    });
  }

  /**
   * The invitation of the first administrator, anew at each start until somebody is one: no account and
   * no password is there from the beginning.
   */
  async inviteFirstAdministrator(): Promise<string | undefined> {
    return this.#store.transaction(async (tx) => {
      const rows = await tx.selectFrom('staff_account').select(['id', 'role', 'state']).execute();
      const first = rows.find(({ role }) => role === 'administrator');
      if (rows.some(({ role, state }) => role === 'administrator' && state !== 'invited')) {
        return undefined;
      }
      const terms: StaffTerms = { role: 'administrator', sites: 'all' };
      return this.#giveInvitation(tx, first?.id ?? (await this.#insert(tx, terms, {})));
    });
  }

  /** The account of an invitation that can still be accepted. */
  async invited(secret: unknown): Promise<StaffAccount | undefined> {
    const found = (await this.#singleUse.peek('invitation', secret)) as
      | { accountId: string }
      | undefined;
    return found && this.find(found.accountId);
  }

  /** The secret of the authenticator application that an invitation comes with: the same each time. */
  invitationTotp(secret: string): string {
    return totpSecret(Buffer.from(this.#keyring.oneTimeCodeMac('totp', secret), 'hex'));
  }

  /**
   * Accepts an invitation with a password and an authenticator application.
   *
   * @returns the account's id, or every problem; nothing when the invitation is worth nothing any more.
   */
  async accept(
    secret: string,
    given: Acceptance,
  ): Promise<{ accountId: string } | { problems: AcceptanceProblem[] } | undefined> {
    const account = await this.invited(secret);
    if (!account) {
      return undefined;
    }
    const key = this.invitationTotp(secret);
    const step = totpStep(key, given.code, this.#now());
    const problems = await this.identityProblems(given, account.id);
    const weak = passwordProblem(given.password, [given.name, given.email]);
    if (weak) {
      problems.push(`password.${weak}`);
    }
    if (step === undefined) {
      problems.push('codeWrong');
    }
    if (problems.length > 0) {
      return { problems };
    }
    const password = await hashPassword(given.password);
    return this.#store.transaction(async (tx) => {
      if (!(await this.#singleUse.redeem(tx, 'invitation', secret))) {
        return undefined;
      }
      await this.activate(tx, account.id, given, {
        password,
        totp_cipher: this.#keyring.seal(TOTP_BOX, key),
        totp_step: step ?? null,
      });
      return { accountId: account.id };
    });
  }

  /** What is wrong with a name and an e-mail address for an account. */
  async identityProblems(
    given: { name: string; email: string },
    accountId: string,
  ): Promise<AcceptanceProblem[]> {
    const problems: AcceptanceProblem[] = [];
    if (given.name.trim().length < 2 || given.name.length > 200) {
      problems.push('nameMissing');
    }
    if (!EMAIL.test(given.email.trim()) || given.email.length > 254) {
      problems.push('emailInvalid');
    } else {
      const taken = await this.#byEmail(given.email);
      if (taken && taken.id !== accountId) {
        problems.push('emailTaken');
      }
    }
    return problems;
  }

  /** Makes an invited account usable, in the caller's transaction. */
  async activate(
    tx: Tx,
    accountId: string,
    who: { name: string; email: string },
    proof: Partial<Pick<Row, 'password' | 'totp_cipher' | 'totp_step'>>,
  ): Promise<void> {
    const identity = { name: who.name.trim(), email: who.email.trim() };
    await tx
      .updateTable('staff_account')
      .set({
        ...proof,
        login_mac: this.#loginMac(identity.email),
        identity_cipher: this.#keyring.seal(IDENTITY, JSON.stringify(identity)),
        state: 'active',
        updated_at: this.#now(),
      })
      .where('id', '=', accountId)
      .execute();
  }

  /**
   * E-mail address, password and the six digits, all at once: unknown account, wrong password and wrong
   * digits are one answer after the same work.
   */
  async logIn(
    given: { email: string; password: string; code: string },
    address: string,
  ): Promise<PasswordOutcome> {
    const retryAfterMs = await this.#attempts.waitMs(given.email, address);
    if (retryAfterMs > 0) {
      return { ok: false, reason: 'throttled', retryAfterMs };
    }
    if (isHashingBusy()) {
      return { ok: false, reason: 'overloaded' };
    }
    const row = await this.#byEmail(given.email);
    const usable = row?.state === 'active' && row.totp_cipher !== null ? row : undefined;
    const right = await verifyPassword(given.password, usable?.password ?? undefined);
    const key = usable?.totp_cipher ? this.#keyring.open(TOTP_BOX, usable.totp_cipher) : STAND_IN;
    const step = totpStep(key, given.code, this.#now());
    if (!usable || !right || step === undefined || !(await this.#spendStep(usable.id, step))) {
      await this.#attempts.recordFailure(given.email, address);
      return { ok: false, reason: 'wrong' };
    }
    await this.#attempts.recordSuccess(given.email, address);
    return { ok: true, accountId: usable.id };
  }

  /** Takes every proof away and invites anew: for who lost telephone or password. */
  async reset(accountId: string): Promise<string> {
    const secret = await this.#store.transaction(async (tx) => {
      const row = await this.#locked(tx, accountId);
      await tx.deleteFrom('staff_passkey').where('account_id', '=', accountId).execute();
      await tx
        .updateTable('staff_account')
        .set({
          password: null,
          totp_cipher: null,
          totp_step: null,
          login_mac: null,
          state: 'invited',
          updated_at: this.#now(),
        })
        .where('id', '=', row.id)
        .execute();
      return this.#giveInvitation(tx, row.id);
    });
    await this.#sessions.endAllOf('staff', accountId);
    return secret;
  }

  /** Shuts an account, its sessions and its invitation. @throws VarcoError `accountUnknown`. */
  async disable(accountId: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const row = await this.#locked(tx, accountId);
      await tx
        .updateTable('staff_account')
        .set({ state: 'disabled', updated_at: this.#now() })
        .where('id', '=', row.id)
        .execute();
      await this.#singleUse.revoke(tx, 'invitation', row.id);
    });
    await this.#sessions.endAllOf('staff', accountId);
  }

  async list(): Promise<StaffAccount[]> {
    const rows = await this.#store.db
      .selectFrom('staff_account')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return Promise.all(rows.map((row) => this.#opened(row)));
  }

  async find(accountId: string): Promise<StaffAccount | undefined> {
    const row = await this.#store.db
      .selectFrom('staff_account')
      .selectAll()
      .where('id', '=', accountId)
      .executeTakeFirst();
    return row && this.#opened(row);
  }

  async #insert(
    tx: Tx,
    terms: StaffTerms,
    known: { name?: string | undefined; email?: string | undefined },
  ): Promise<string> {
    const now = this.#now();
    const id = randomUUID();
    const identity = { name: known.name ?? '', email: known.email ?? '' };
    const row: Row = {
      id,
      login_mac: null,
      identity_cipher: this.#keyring.seal(IDENTITY, JSON.stringify(identity)),
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

  async #opened(row: Row): Promise<StaffAccount> {
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
      role: row.role as Role,
      sites: JSON.parse(row.sites),
      state: row.state as StaffState,
      hasPassword: row.password !== null,
      passkeys: Number(count),
    };
  }

  /** A time step is spent once, also by two logins at the same moment. */
  async #spendStep(accountId: string, step: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#store.db
      .updateTable('staff_account')
      .set({ totp_step: step })
      .where('id', '=', accountId)
      .where((is) => is.or([is('totp_step', 'is', null), is('totp_step', '<', step)]))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  #giveInvitation(tx: Tx, accountId: string): Promise<string> {
    return this.#singleUse.issue(tx, {
      kind: 'invitation',
      subject: accountId,
      body: { accountId },
      lifeMs: INVITATION_LIFE_MS,
    });
  }

  async #locked(tx: Tx, accountId: string): Promise<Row> {
    const select = tx.selectFrom('staff_account').selectAll().where('id', '=', accountId);
    const locked = this.#store.engine === 'postgres' ? select.forUpdate() : select;
    const row = await locked.executeTakeFirst();
    if (!row) {
      throw new VarcoError('accountUnknown', 'There is no such account: see varco staff list');
    }
    return row;
  }

  #byEmail(email: string): Promise<Row | undefined> {
    return this.#store.db
      .selectFrom('staff_account')
      .selectAll()
      .where('login_mac', '=', this.#loginMac(email))
      .executeTakeFirst();
  }

  #loginMac(email: string): string {
    return this.#keyring.oneTimeCodeMac('staffLogin', email.trim().toLowerCase()).slice(0, 32);
  }
}

/** What is checked where there is no account, so that it takes as long. */
const STAND_IN = totpSecret(Buffer.alloc(20, 1));
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Where an invitation is accepted. @param origin such as `https://varco.example.it`. */
export function invitationLink(origin: string, secret: string): string {
  return `${origin}/login/invitation/${secret}`;
}

/** `all`, or site ids with commas between. */
export function parseSites(text: string): 'all' | string[] {
  return text === 'all' ? 'all' : text.split(',').map((site) => site.trim());
}

export function isRole(text: unknown): text is Role {
  return (roles as readonly unknown[]).includes(text);
}
