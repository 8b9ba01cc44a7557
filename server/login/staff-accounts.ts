import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import { demandAtEach, type FleetActor } from '../fleet/access/actor.ts';
import { mayAtEach } from '../fleet/access/permissions.ts';
import type { LoginAttempts } from '../guessing/login-attempts.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import { hashPassword, isHashingBusy, passwordProblem, verifyPassword } from './password.ts';
import type { SessionStore } from './session-store.ts';
import type { SingleUseSecrets } from './single-use-secrets.ts';
import { type StaffAccount, type StaffRow, StaffRows, type StaffTerms } from './staff-rows.ts';
import { totpSecret, totpStep } from './totp.ts';

/** How long an invitation can be accepted. */
export const INVITATION_LIFE_MS = 3 * 86_400_000;
const TOTP_BOX = 'staff.totp';

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

/** Accounts of staff, who are invited by a link that works once and choose their own password. */
export class StaffAccounts {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #audit: Audit;
  readonly #rows: StaffRows;
  readonly #sessions: SessionStore;
  readonly #singleUse: SingleUseSecrets;
  readonly #attempts: LoginAttempts;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    sessions: SessionStore;
    singleUse: SingleUseSecrets;
    attempts: LoginAttempts;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#audit = deps.audit;
    this.#rows = new StaffRows(deps);
    this.#sessions = deps.sessions;
    this.#singleUse = deps.singleUse;
    this.#attempts = deps.attempts;
    this.#now = deps.now;
  }

  /**
   * Creates an invited account for sites that are all among the inviter's own.
   *
   * @returns the secret of the invitation's link.
   * @throws VarcoError `forbidden`.
   */
  async invite(
    who: FleetActor,
    terms: StaffTerms,
    known: { name?: string | undefined; email?: string | undefined } = {},
  ): Promise<{ accountId: string; secret: string }> {
    demandAtEach(who, 'account.manage', terms.sites);
    return this.#store.transaction(async (tx) => {
      const accountId = await this.#rows.insert(tx, terms, known);
      await this.#note(tx, who, 'account.invited', accountId, { ...terms });
      return { accountId, secret: await this.#issueInvitation(tx, accountId) };
    });
  }

  /**
   * Issues a new invitation for the first administrator at each start until there is one, because there is
   * no default account or password.
   */
  async inviteFirstAdministrator(): Promise<string | undefined> {
    return this.#store.transaction(async (tx) => {
      const rows = await tx.selectFrom('staff_account').select(['id', 'role', 'state']).execute();
      const first = rows.find(({ role }) => role === 'administrator');
      if (rows.some(({ role, state }) => role === 'administrator' && state !== 'invited')) {
        return undefined;
      }
      const terms: StaffTerms = { role: 'administrator', sites: 'all' };
      return this.#issueInvitation(tx, first?.id ?? (await this.#rows.insert(tx, terms, {})));
    });
  }

  /** The account of an invitation that can still be accepted. */
  async invited(secret: unknown): Promise<StaffAccount | undefined> {
    const found = await this.#singleUse.peek<{ accountId: string }>('invitation', secret);
    return found && this.find(found.accountId);
  }

  /** The TOTP secret of an invitation; derived from it, so that reloading the page shows the same one. */
  invitationTotp(secret: string): string {
    return totpSecret(Buffer.from(this.#keyring.oneTimeCodeMac('totp', secret), 'hex'));
  }

  /**
   * Accepts an invitation with a password and an authenticator application.
   *
   * @returns the account's id, or all problems; undefined when the invitation is used or has expired.
   */
  async accept(
    secret: string,
    input: Acceptance,
  ): Promise<{ accountId: string } | { problems: AcceptanceProblem[] } | undefined> {
    const account = await this.invited(secret);
    if (!account) {
      return undefined;
    }
    const key = this.invitationTotp(secret);
    const step = totpStep(key, input.code, this.#now());
    const problems = await this.identityProblems(input, account.id);
    const weak = passwordProblem(input.password, [input.name, input.email]);
    if (weak) {
      problems.push(`password.${weak}`);
    }
    if (step === undefined) {
      problems.push('codeWrong');
    }
    if (problems.length > 0) {
      return { problems };
    }
    const password = await hashPassword(input.password);
    return this.#store.transaction(async (tx) => {
      if (!(await this.#singleUse.redeem(tx, 'invitation', secret))) {
        return undefined;
      }
      await this.activate(tx, account.id, input, {
        password,
        totp_cipher: this.#keyring.seal(TOTP_BOX, key),
        totp_step: step ?? null,
      });
      return { accountId: account.id };
    });
  }

  /** The problems of a name and an e-mail address for this account. */
  async identityProblems(
    input: { name: string; email: string },
    accountId: string,
  ): Promise<AcceptanceProblem[]> {
    const problems: AcceptanceProblem[] = [];
    if (input.name.trim().length < 2 || input.name.length > 200) {
      problems.push('nameMissing');
    }
    if (!EMAIL.test(input.email.trim()) || input.email.length > 254) {
      problems.push('emailInvalid');
    } else {
      const taken = await this.#rows.findByEmail(input.email);
      if (taken && taken.id !== accountId) {
        problems.push('emailTaken');
      }
    }
    return problems;
  }

  /** Activates an invited account in the caller's transaction. */
  async activate(
    tx: Tx,
    accountId: string,
    who: { name: string; email: string },
    proof: Partial<Pick<StaffRow, 'password' | 'totp_cipher' | 'totp_step'>>,
  ): Promise<void> {
    const identity = { name: who.name.trim(), email: who.email.trim() };
    await tx
      .updateTable('staff_account')
      .set({
        ...proof,
        login_mac: this.#rows.loginMac(identity.email),
        identity_cipher: this.#rows.sealIdentity(identity),
        state: 'active',
        updated_at: this.#now(),
      })
      .where('id', '=', accountId)
      .execute();
  }

  /**
   * Checks e-mail address, password and TOTP code together: an unknown account, a wrong password and a wrong
   * code get the same answer after the same work.
   */
  async logIn(
    input: { email: string; password: string; code: string },
    address: string,
  ): Promise<PasswordOutcome> {
    if (isHashingBusy()) {
      return { ok: false, reason: 'overloaded' };
    }
    const attempt = await this.#attempts.reserve(input.email, address);
    if (!attempt.ok) {
      return attempt;
    }
    const row = await this.#rows.findByEmail(input.email);
    const usable = row?.state === 'active' && row.totp_cipher !== null ? row : undefined;
    const right = await verifyPassword(input.password, usable?.password ?? undefined);
    const key = usable?.totp_cipher
      ? this.#keyring.open(TOTP_BOX, usable.totp_cipher)
      : DECOY_SECRET;
    const isKnown = usable !== undefined && right;
    // Counted under another name where the password was wrong, so that both take as long.
    const factor = await this.#attempts.reserveSecondFactor(
      isKnown ? input.email : `decoy ${input.email}`,
    );
    const step = totpStep(key, input.code, this.#now());
    if (!isKnown) {
      return { ok: false, reason: 'wrong' };
    }
    if (!factor.ok) {
      return factor;
    }
    if (step === undefined || !(await this.#rows.spendStep(usable.id, step))) {
      return { ok: false, reason: 'wrong' };
    }
    await factor.reserved.giveBack();
    await attempt.reserved.giveBack();
    return { ok: true, accountId: usable.id };
  }

  /**
   * Removes all credentials and invites again, for somebody who lost the telephone or password.
   *
   * @throws VarcoError `forbidden`, `accountUnknown`, `accountOwn`.
   */
  async reset(who: FleetActor, accountId: string): Promise<string> {
    const secret = await this.#store.transaction(async (tx) => {
      const row = await this.#demandOther(tx, who, accountId);
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
      await this.#note(tx, who, 'account.reset', row.id);
      return this.#issueInvitation(tx, row.id);
    });
    await this.#sessions.endAllOf('staff', accountId);
    return secret;
  }

  /**
   * Disables an account with its sessions and invitation.
   *
   * @throws VarcoError `forbidden`, `accountUnknown`, `accountOwn`, `accountIsLast`.
   */
  async disable(who: FleetActor, accountId: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const chiefs = await this.#rows.lockChiefs(tx);
      const row = await this.#demandOther(tx, who, accountId);
      if (chiefs.length === 1 && chiefs[0] === row.id) {
        throw new VarcoError('accountIsLast', 'No administrator of all sites would be left');
      }
      await tx
        .updateTable('staff_account')
        .set({ state: 'disabled', updated_at: this.#now() })
        .where('id', '=', row.id)
        .execute();
      await this.#singleUse.revoke(tx, 'invitation', row.id);
      await this.#note(tx, who, 'account.disabled', row.id);
    });
    await this.#sessions.endAllOf('staff', accountId);
  }

  /** The accounts that this actor may manage. @throws VarcoError `forbidden` for who may manage none. */
  async list(who: FleetActor): Promise<StaffAccount[]> {
    demandAtEach(who, 'account.manage', who.sites);
    const all = await this.all();
    return all.filter(({ sites }) => mayAtEach(who, 'account.manage', sites));
  }

  /** Every account, not filtered by permission. */
  async all(): Promise<StaffAccount[]> {
    const rows = await this.#store.db
      .selectFrom('staff_account')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return Promise.all(rows.map((row) => this.#rows.toAccount(row)));
  }

  async find(accountId: string): Promise<StaffAccount | undefined> {
    const row = await this.#store.db
      .selectFrom('staff_account')
      .selectAll()
      .where('id', '=', accountId)
      .executeTakeFirst();
    return row && this.#rows.toAccount(row);
  }

  /** Locks an account that this actor may manage; nobody shuts the door behind themselves. */
  async #demandOther(tx: Tx, who: FleetActor, accountId: string): Promise<StaffRow> {
    const row = await this.#rows.lock(tx, accountId);
    const sites: StaffTerms['sites'] | undefined = row && JSON.parse(row.sites);
    demandAtEach(who, 'account.manage', sites ?? 'all');
    if (!row) {
      throw new VarcoError('accountUnknown', 'There is no such account: see varco staff list');
    }
    if (who.id === `staff:${row.id}`) {
      throw new VarcoError('accountOwn', 'Another administrator must do this to your account');
    }
    return row;
  }

  #note(tx: Tx, who: FleetActor, kind: string, account: string, more: object = {}): Promise<void> {
    return this.#audit.append(tx, [{ kind, body: { actor: who.id, account, ...more } }]);
  }

  #issueInvitation(tx: Tx, accountId: string): Promise<string> {
    return this.#singleUse.issue(tx, {
      kind: 'invitation',
      subject: accountId,
      body: { accountId },
      lifeMs: INVITATION_LIFE_MS,
    });
  }
}

/** Checked when there is no account, so that the answer takes as long. */
const DECOY_SECRET = totpSecret(Buffer.alloc(20, 1));
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The page where an invitation is accepted. @param origin such as `https://varco.example.it`. */
export function invitationLink(origin: string, secret: string): string {
  return `${origin}/login/invitation/${secret}`;
}

/** Parses `all`, or site ids separated by commas. */
export function parseSites(text: string): 'all' | string[] {
  return text === 'all' ? 'all' : text.split(',').map((site) => site.trim());
}
