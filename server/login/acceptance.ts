import { randomBytes } from 'node:crypto';
import type { WebAuthnCredential } from '@simplewebauthn/server';
import type { Keyring } from '../keys/keyring.ts';
import type { Store, Tx } from '../store/store.ts';
import type { HashQueue } from './hash-queue.ts';
import { type Passkeys, passkeyLabel } from './passkeys.ts';
import { hashPassword } from './password.ts';
import { TOTP_BOX } from './password-login.ts';
import { type PasswordProblem, passwordProblem } from './password-rules.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import type { SingleUseSecrets } from './single-use-secrets.ts';
import { type StaffRow, StaffRows } from './staff-rows.ts';
import { totpSecret, totpStep } from './totp.ts';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Who accepts an invitation. */
export interface Invitee {
  name: string;
  email: string;
}

export type AcceptanceProblem =
  | 'nameMissing'
  | 'emailInvalid'
  | 'emailTaken'
  | `password.${PasswordProblem}`;

/** An acceptance that waits for the first digits of the app; only its owner's browser keeps it, encrypted. */
export interface PendingAcceptance extends Invitee {
  secret: string;
  accountId: string;
  passwordHash: string;
  totpKey: string;
}

export type AcceptanceStart =
  | { outcome: 'pending'; pending: PendingAcceptance }
  | { outcome: 'problems'; problems: AcceptanceProblem[] }
  /** The invitation was used, has expired or was replaced. */
  | { outcome: 'spent' }
  | { outcome: 'overloaded' };

/**
 * How an invited member of staff makes the account usable. The authenticator application's key is made when
 * the owner has chosen a password, so that it does not depend on the link: whoever else has seen that has
 * not seen the key.
 */
export class Acceptance {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #rows: StaffRows;
  readonly #singleUse: SingleUseSecrets;
  readonly #passkeys: Passkeys;
  readonly #recoveryCodes: RecoveryCodes;
  readonly #hashing: HashQueue;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    singleUse: SingleUseSecrets;
    passkeys: Passkeys;
    recoveryCodes: RecoveryCodes;
    hashing: HashQueue;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#rows = new StaffRows(deps);
    this.#singleUse = deps.singleUse;
    this.#passkeys = deps.passkeys;
    this.#recoveryCodes = deps.recoveryCodes;
    this.#hashing = deps.hashing;
    this.#now = deps.now;
  }

  /** Checks name, address and password, and makes the key of the app; nothing is stored yet. */
  async begin(
    secret: string,
    input: Invitee & { password: string },
    address: string,
  ): Promise<AcceptanceStart> {
    const accountId = await this.#invitedId(secret);
    if (accountId === undefined) {
      return { outcome: 'spent' };
    }
    const problems = await this.identityProblems(input, accountId);
    const weak = await passwordProblem(input.password, [input.name, input.email]);
    if (weak) {
      problems.push(`password.${weak}`);
    }
    if (problems.length > 0) {
      return { outcome: 'problems', problems };
    }
    const passwordHash = await this.#hashing.run(
      { lane: 'staff', address, account: accountId },
      () => hashPassword(input.password),
    );
    if (passwordHash === 'overloaded') {
      return { outcome: 'overloaded' };
    }
    const { name, email } = input;
    const totpKey = totpSecret(randomBytes(20));
    return {
      outcome: 'pending',
      pending: { secret, accountId, name, email, passwordHash, totpKey },
    };
  }

  /**
   * Activates the account with the first digits of its app, and uses the invitation up.
   *
   * @returns the recovery codes, to be shown once; undefined when the invitation is used or has expired.
   */
  async finish(
    pending: PendingAcceptance,
    code: string,
  ): Promise<{ accountId: string; recoveryCodes: string[] } | 'codeWrong' | undefined> {
    const { secret, accountId, passwordHash: password, totpKey } = pending;
    const step = totpStep(totpKey, code, this.#now());
    if (step === undefined) {
      return 'codeWrong';
    }
    return this.#store.transaction(async (tx) => {
      if (!(await this.#singleUse.redeem(tx, 'invitation', secret))) {
        return undefined;
      }
      const totp_cipher = this.#keyring.seal(TOTP_BOX, totpKey);
      await this.#activate(tx, accountId, pending, { password, totp_cipher, totp_step: step });
      return { accountId, recoveryCodes: await this.#recoveryCodes.renew(tx, accountId) };
    });
  }

  /** Accepts an invitation with a passkey instead of a password; undefined when it is used or expired. */
  withPasskey(
    secret: string,
    who: Invitee,
    passkey: WebAuthnCredential,
  ): Promise<string | undefined> {
    return this.#store.transaction(async (tx) => {
      const found = await this.#singleUse.redeem<{ accountId: string }>(tx, 'invitation', secret);
      const accountId = found?.accountId;
      if (accountId !== undefined) {
        await this.#activate(tx, accountId, who, {});
        await this.#passkeys.save(tx, accountId, passkeyLabel(), passkey);
      }
      return accountId;
    });
  }

  /** The problems of a name and an e-mail address for this account. */
  async identityProblems(input: Invitee, accountId: string): Promise<AcceptanceProblem[]> {
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

  async #invitedId(secret: string): Promise<string | undefined> {
    const found = await this.#singleUse.peek<{ accountId: string }>('invitation', secret);
    return found?.accountId;
  }

  async #activate(
    tx: Tx,
    accountId: string,
    who: Invitee,
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
}
