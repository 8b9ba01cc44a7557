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
   * so whoever has no authenticator of ours can't hold up those who have. Every wrong input has the same
   * outcome, but not the same duration; the page answers all of them after the same time (`EvenAnswers`).
   */
  async logIn(input: PasswordInput, address: string): Promise<PasswordOutcome> {
    const attempt = await this.#attempts.reserve(input.email, address);
    if (!attempt.ok) {
      return attempt;
    }
    const row = await this.#rows.findByEmail(input.email);
    const usable = row?.state === 'active' && row.password !== null ? row : undefined;
    const factor = await this.#secondFactor(usable, input);
    if (!usable || !factor) {
      void this.#countWrongFactor(input, usable, address);
      return { ok: false, reason: 'wrong' };
    }
    const caller = { lane: 'staff', address, account: usable.id } as const;
    const isRight = await this.#hashing.run(caller, () => isPasswordOf(usable, input));
    if (isRight === 'overloaded') {
      await attempt.reserved.undo();
      return { ok: false, reason: 'overloaded' };
    }
    if (!isRight) {
      return { ok: false, reason: 'wrong' };
    }
    const second = await this.#attempts.reserveSecondFactor(usable.id);
    if (!second.ok) {
      return second;
    }
    if (!(await this.#spend(usable.id, factor))) {
      return { ok: false, reason: 'wrong' };
    }
    await second.reserved.giveBack();
    await attempt.reserved.giveBack();
    return { ok: true, accountId: usable.id, secondFactor: factor.kind };
  }

  /** Checks and uses up the digits of somebody's app: to confirm who they are while they are logged in. */
  async confirm(accountId: string, code: string, address: string): Promise<PasswordOutcome> {
    const attempt = await this.#attempts.reserve(`confirm ${accountId}`, address);
    if (!attempt.ok) {
      return attempt;
    }
    const row = await this.#rows.find(accountId);
    const step = row?.state === 'active' ? this.#stepOf(row, code) : undefined;
    if (step === undefined || !(await this.#rows.spendStep(accountId, step))) {
      return { ok: false, reason: 'wrong' };
    }
    await attempt.reserved.giveBack();
    return { ok: true, accountId, secondFactor: 'app' };
  }

  /**
   * Counts a wrong second factor of somebody who knows the password, so that few of the million codes can be
   * tried in a day; a stranger's does not count, or anybody could lock an owner out. The hash that sets them
   * apart runs after the answer and behind all others. In a crowd it is left out, and only the count of the
   * account bounds the tries.
   */
  async #countWrongFactor(
    input: PasswordInput,
    row: StaffRow | undefined,
    address: string,
  ): Promise<void> {
    if (!row) {
      return;
    }
    try {
      const caller = { lane: 'unproven', address, account: row.id } as const;
      if ((await this.#hashing.run(caller, () => isPasswordOf(row, input))) === true) {
        await this.#attempts.reserveSecondFactor(row.id);
      }
    } catch {
      // The store or the memory is lacking just now: the next login says so.
    }
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

function isPasswordOf({ password }: StaffRow, input: PasswordInput): Promise<boolean> {
  return verifyPassword(input.password, password ?? undefined);
}
