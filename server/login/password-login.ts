import type { LoginAttempts } from '../guessing/login-attempts.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Store } from '../store/store.ts';
import type { HashQueue } from './hash-queue.ts';
import { verifyPassword } from './password.ts';
import type { RecoveryCodes } from './recovery-codes.ts';
import { type StaffRow, StaffRows } from './staff-rows.ts';
import { totpSecret, totpStep } from './totp.ts';

export const TOTP_BOX = 'staff.totp';

/** What somebody typed to log in: a password, and the digits of the app or a recovery code. */
export interface PasswordInput {
  email: string;
  password: string;
  code: string;
  /** Used instead of `code` unless empty. */
  recoveryCode?: string | undefined;
}

export type PasswordOutcome =
  | { ok: true; accountId: string; secondFactor: 'app' | 'recoveryCode' }
  | { ok: false; reason: 'wrong' }
  /** Too many passwords are being checked just now. */
  | { ok: false; reason: 'overloaded' }
  | { ok: false; reason: 'throttled'; retryAfterMs: number };

/** A right second factor, not used up yet. */
type SecondFactor = { kind: 'app'; step: number } | { kind: 'recoveryCode'; code: string };

/** Staff's login with e-mail address, password and second factor. */
export class PasswordLogin {
  readonly #keyring: Keyring;
  readonly #rows: StaffRows;
  readonly #recoveryCodes: RecoveryCodes;
  readonly #attempts: LoginAttempts;
  readonly #hashing: HashQueue;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    recoveryCodes: RecoveryCodes;
    attempts: LoginAttempts;
    hashing: HashQueue;
    now: () => number;
  }) {
    this.#keyring = deps.keyring;
    this.#rows = new StaffRows(deps);
    this.#recoveryCodes = deps.recoveryCodes;
    this.#attempts = deps.attempts;
    this.#hashing = deps.hashing;
    this.#now = deps.now;
  }

  /**
   * Checks the second factor first, which costs microseconds, and hashes the password only if that is right:
   * so whoever has no authenticator of ours can't occupy the hashing. Every wrong input has the same outcome,
   * but not the same duration; the page answers all of them after the same time (`RefusalDelay`).
   */
  async logIn(input: PasswordInput, address: string): Promise<PasswordOutcome> {
    const retryAfterMs = await this.#attempts.waitMs(input.email, address);
    if (retryAfterMs > 0) {
      return { ok: false, reason: 'throttled', retryAfterMs };
    }
    const row = await this.#rows.findByEmail(input.email);
    const usable = row?.state === 'active' && row.password !== null ? row : undefined;
    const factor = await this.#secondFactor(usable, input);
    if (!usable || !factor) {
      return this.#wrong(input, address);
    }
    const isRight = await this.#hashing.run({ lane: 'staff', address, account: usable.id }, () =>
      verifyPassword(input.password, usable.password ?? undefined),
    );
    if (isRight === 'overloaded') {
      return { ok: false, reason: 'overloaded' };
    }
    if (!isRight || !(await this.#spend(usable.id, factor))) {
      return this.#wrong(input, address);
    }
    await this.#attempts.recordSuccess(input.email, address);
    return { ok: true, accountId: usable.id, secondFactor: factor.kind };
  }

  /** Checks and uses up the digits of somebody's app: to confirm who they are while they are logged in. */
  async confirm(accountId: string, code: string, address: string): Promise<PasswordOutcome> {
    const account = `confirm ${accountId}`;
    const retryAfterMs = await this.#attempts.waitMs(account, address);
    if (retryAfterMs > 0) {
      return { ok: false, reason: 'throttled', retryAfterMs };
    }
    const row = await this.#rows.find(accountId);
    const step = row?.state === 'active' ? this.#stepOf(row, code) : undefined;
    if (step === undefined || !(await this.#rows.spendStep(accountId, step))) {
      await this.#attempts.recordFailure(account, address);
      return { ok: false, reason: 'wrong' };
    }
    await this.#attempts.recordSuccess(account, address);
    return { ok: true, accountId, secondFactor: 'app' };
  }

  async #wrong({ email }: PasswordInput, address: string): Promise<PasswordOutcome> {
    await this.#attempts.recordFailure(email, address);
    return { ok: false, reason: 'wrong' };
  }

  async #secondFactor(
    row: StaffRow | undefined,
    { code, recoveryCode = '' }: PasswordInput,
  ): Promise<SecondFactor | undefined> {
    if (recoveryCode.trim() !== '') {
      const isRight = await this.#recoveryCodes.isRight(row?.id ?? '', recoveryCode);
      return isRight ? { kind: 'recoveryCode', code: recoveryCode } : undefined;
    }
    const step = this.#stepOf(row, code);
    return step === undefined ? undefined : { kind: 'app', step };
  }

  #stepOf(row: StaffRow | undefined, code: string): number | undefined {
    const key = row?.totp_cipher ? this.#keyring.open(TOTP_BOX, row.totp_cipher) : DECOY_SECRET;
    const step = totpStep(key, code, this.#now());
    return row?.totp_cipher ? step : undefined;
  }

  #spend(accountId: string, factor: SecondFactor): Promise<boolean> {
    return factor.kind === 'app'
      ? this.#rows.spendStep(accountId, factor.step)
      : this.#recoveryCodes.spend(accountId, factor.code);
  }
}

/** Checked when there is no account, so that the answer takes as long. */
const DECOY_SECRET = totpSecret(Buffer.alloc(20, 1));
