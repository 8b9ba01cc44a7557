import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import { type Role, roles } from './session.ts';
import type { SessionStore } from './session-store.ts';
import type { SingleUseSecrets } from './single-use-secrets.ts';
import { type StaffAccount, StaffRows, type StaffTerms } from './staff-rows.ts';

/** How long an invitation can be accepted. */
export const INVITATION_LIFE_MS = 3 * 86_400_000;
/** Accounts of staff, who are invited by a link that works once and choose their own password. */
export class StaffAccounts {
  readonly #store: Store;
  readonly #rows: StaffRows;
  readonly #sessions: SessionStore;
  readonly #singleUse: SingleUseSecrets;
  readonly #recoveryCodes: RecoveryCodes;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    sessions: SessionStore;
    singleUse: SingleUseSecrets;
    recoveryCodes: RecoveryCodes;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#rows = new StaffRows(deps);
    this.#sessions = deps.sessions;
    this.#singleUse = deps.singleUse;
    this.#recoveryCodes = deps.recoveryCodes;
    this.#now = deps.now;
  }

  /** Creates an invited account. @returns the secret of the invitation's link. */
  async invite(
    terms: StaffTerms,
    known: { name?: string | undefined; email?: string | undefined } = {},
  ): Promise<{ accountId: string; secret: string }> {
    return this.#store.transaction(async (tx) => {
      const accountId = await this.#rows.insert(tx, terms, known);
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

  /** Removes all credentials and invites again, for somebody who lost the telephone or password. */
  async reset(accountId: string): Promise<string> {
    const secret = await this.#store.transaction(async (tx) => {
      const row = await this.#rows.lock(tx, accountId);
      await tx.deleteFrom('staff_passkey').where('account_id', '=', accountId).execute();
      await this.#recoveryCodes.revoke(tx, accountId);
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
      return this.#issueInvitation(tx, row.id);
    });
    await this.#sessions.endAllOf('staff', accountId);
    return secret;
  }

  /** Disables an account with its sessions and invitation. @throws VarcoError `accountUnknown`. */
  async disable(accountId: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const row = await this.#rows.lock(tx, accountId);
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
    return Promise.all(rows.map((row) => this.#rows.toAccount(row)));
  }

  async find(accountId: string): Promise<StaffAccount | undefined> {
    const row = await this.#rows.find(accountId);
    return row && this.#rows.toAccount(row);
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

/** The page where an invitation is accepted. @param origin such as `https://varco.example.it`. */
export function invitationLink(origin: string, secret: string): string {
  return `${origin}/login/invitation/${secret}`;
}

/** Parses `all`, or site ids separated by commas. */
export function parseSites(text: string): 'all' | string[] {
  return text === 'all' ? 'all' : text.split(',').map((site) => site.trim());
}

export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}
