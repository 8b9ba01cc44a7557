import { randomBytes } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import { errorCode } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import type { Store, Tx } from '../store/store.ts';

/** The site as authenticators identify it (WebAuthn Level 3 §5.1.2): its origin and host name. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/** A passkey as listed on its owner's page. */
export interface Passkey {
  id: string;
  label: string;
  createdAt: number;
  usedAt: number | undefined;
}

/** Bound on the passkeys of one account. */
export const PASSKEYS_MAX = 10;

/** Passkeys of staff, bound to this site so that a phishing page can't use them. */
export class Passkeys {
  readonly #store: Store;
  readonly #log: Log;
  readonly #now: () => number;

  constructor(deps: { store: Store; log: Log; now: () => number }) {
    this.#store = deps.store;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** Options for a login: any passkey of this site, with user verification. */
  authenticationOptions(site: RelyingParty) {
    return generateAuthenticationOptions({ rpID: site.id, userVerification: 'required' });
  }

  /** @returns the account whose passkey signed the challenge, or undefined. */
  async logIn(
    site: RelyingParty,
    challenge: string,
    response: AuthenticationResponseJSON,
  ): Promise<string | undefined> {
    const row = await this.#store.db
      .selectFrom('staff_passkey')
      .innerJoin('staff_account', 'staff_account.id', 'staff_passkey.account_id')
      .select(['staff_passkey.id', 'account_id', 'public_key', 'counter', 'state'])
      .where('staff_passkey.id', '=', response.id)
      .executeTakeFirst();
    if (row?.state !== 'active') {
      return undefined;
    }
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.id,
        credential: {
          id: row.id,
          publicKey: new Uint8Array(row.public_key),
          counter: Number(row.counter),
        },
        requireUserVerification: true,
      });
      if (!verified) {
        return undefined;
      }
      await this.#store.db
        .updateTable('staff_passkey')
        .set({ counter: authenticationInfo.newCounter, used_at: this.#now() })
        .where('id', '=', row.id)
        .execute();
      return row.account_id;
    } catch (error) {
      this.#log.warn({ code: errorCode(error) }, 'a passkey was refused');
      return undefined;
    }
  }

  /** Options for creating a passkey. */
  async registrationOptions(
    site: RelyingParty,
    account: { id: string; name: string; email: string },
  ) {
    const known = await this.#store.db
      .selectFrom('staff_passkey')
      .select('id')
      .where('account_id', '=', account.id)
      .execute();
    return generateRegistrationOptions({
      rpName: 'varco',
      rpID: site.id,
      userID: new TextEncoder().encode(account.id),
      userName: account.email,
      userDisplayName: account.name,
      excludeCredentials: known,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /** @returns the new passkey, not stored yet, or undefined if it is invalid. */
  async verifyRegistration(
    site: RelyingParty,
    challenge: string,
    response: RegistrationResponseJSON,
  ): Promise<WebAuthnCredential | undefined> {
    try {
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.id,
        requireUserVerification: true,
      });
      return verified ? registrationInfo.credential : undefined;
    } catch (error) {
      this.#log.warn({ code: errorCode(error) }, 'a new passkey was refused');
      return undefined;
    }
  }

  /** Stores a passkey in the caller's transaction. */
  async save(tx: Tx, accountId: string, label: string, one: WebAuthnCredential): Promise<void> {
    await tx
      .insertInto('staff_passkey')
      .values({
        id: one.id,
        account_id: accountId,
        public_key: Buffer.from(one.publicKey),
        counter: one.counter,
        transports: JSON.stringify(one.transports ?? []),
        label: label.slice(0, 60),
        created_at: this.#now(),
        used_at: null,
      })
      .execute();
  }

  async list(accountId: string): Promise<Passkey[]> {
    const rows = await this.#store.db
      .selectFrom('staff_passkey')
      .select(['id', 'label', 'created_at', 'used_at'])
      .where('account_id', '=', accountId)
      .orderBy('created_at')
      .execute();
    return rows.map(({ id, label, created_at, used_at }) => ({
      id,
      label,
      createdAt: created_at,
      usedAt: used_at ?? undefined,
    }));
  }

  /**
   * Removes a passkey, unless the account has no other way to log in.
   *
   * @returns false if it was not removed.
   */
  async remove(accountId: string, id: string): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      const account = await tx
        .selectFrom('staff_account')
        .select('password')
        .where('id', '=', accountId)
        .executeTakeFirst();
      const all = await tx
        .selectFrom('staff_passkey')
        .select('id')
        .where('account_id', '=', accountId)
        .execute();
      if (account?.password === null && all.length <= 1) {
        return false;
      }
      await tx
        .deleteFrom('staff_passkey')
        .where('id', '=', id)
        .where('account_id', '=', accountId)
        .execute();
      return true;
    });
  }
}

/** A default name for a passkey. */
export function passkeyLabel(): string {
  return `passkey ${randomBytes(2).toString('hex')}`;
}
