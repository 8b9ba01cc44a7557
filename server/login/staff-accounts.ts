import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import { demandAtEach, type FleetActor } from '../fleet/access/actor.ts';
import { mayAtEach } from '../fleet/access/permissions.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import type { SessionStore } from './session-store.ts';
import type { SingleUseSecrets } from './single-use-secrets.ts';
import { type StaffAccount, type StaffRow, StaffRows, type StaffTerms } from './staff-rows.ts';

/** How long an invitation can be accepted. */
export const INVITATION_LIFE_MS = 3 * 86_400_000;
/** Accounts of staff, who are invited by a link that works once and choose their own password. */
export class StaffAccounts {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #rows: StaffRows;
  readonly #sessions: SessionStore;
  readonly #singleUse: SingleUseSecrets;
  readonly #recoveryCodes: RecoveryCodes;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    sessions: SessionStore;
    singleUse: SingleUseSecrets;
    recoveryCodes: RecoveryCodes;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#rows = new StaffRows(deps);
    this.#sessions = deps.sessions;
    this.#singleUse = deps.singleUse;
    this.#recoveryCodes = deps.recoveryCodes;
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

  /**
   * Removes all credentials and invites again, for somebody who lost the telephone or password.
   *
   * @throws VarcoError `forbidden`, `accountUnknown`, `accountOwn`.
   */
  async reset(who: FleetActor, accountId: string): Promise<string> {
    const secret = await this.#store.transaction(async (tx) => {
      const row = await this.#demandOther(tx, who, accountId);
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
    const row = await this.#rows.find(accountId);
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

/** The page where an invitation is accepted. @param origin such as `https://varco.example.it`. */
export function invitationLink(origin: string, secret: string): string {
  return `${origin}/login/invitation/${secret}`;
}

/** Parses `all`, or site ids separated by commas. */
export function parseSites(text: string): 'all' | string[] {
  return text === 'all' ? 'all' : text.split(',').map((site) => site.trim());
}
