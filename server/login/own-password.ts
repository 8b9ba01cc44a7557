import type { LoginAttempts } from '../guessing/login-attempts.ts';
import type { Store } from '../store/store.ts';
import type { HashQueue } from './hash-queue.ts';
import type { OwnSessions } from './own-sessions.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { type PasswordProblem, passwordProblem } from './password-rules.ts';
import type { StaffAccount } from './staff-rows.ts';

export type PasswordChange =
  | { outcome: 'changed'; sessionsEnded: number }
  | { outcome: 'oldWrong' | 'sameAsOld' | 'overloaded' | PasswordProblem }
  | { outcome: 'throttled'; retryAfterMs: number };

/** A member of staff changes their own password. */
export class OwnPassword {
  readonly #store: Store;
  readonly #sessions: OwnSessions;
  readonly #attempts: LoginAttempts;
  readonly #hashing: HashQueue;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    sessions: OwnSessions;
    attempts: LoginAttempts;
    hashing: HashQueue;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#sessions = deps.sessions;
    this.#attempts = deps.attempts;
    this.#hashing = deps.hashing;
    this.#now = deps.now;
  }

  /**
   * Replaces the password of somebody who knows the old one, and ends their other sessions: whoever changes
   * it may fear that another person has it.
   *
   * @param sessionId the session that stays.
   */
  async change(
    account: Pick<StaffAccount, 'id' | 'name' | 'email'>,
    input: { oldPassword: string; newPassword: string },
    client: { sessionId: string; address: string },
  ): Promise<PasswordChange> {
    const { address } = client;
    const guess = `password of ${account.id}`;
    const retryAfterMs = await this.#attempts.waitMs(guess, address);
    if (retryAfterMs > 0) {
      return { outcome: 'throttled', retryAfterMs };
    }
    const problem = await passwordProblem(input.newPassword, [account.name, account.email]);
    if (problem) {
      return { outcome: problem };
    }
    const caller = { lane: 'staff', address, account: account.id } as const;
    const before = await this.#hashOf(account.id);
    const isOld = await this.#hashing.run(caller, () => verifyPassword(input.oldPassword, before));
    if (isOld === 'overloaded') {
      return { outcome: 'overloaded' };
    }
    if (!isOld) {
      await this.#attempts.recordFailure(guess, address);
      return { outcome: 'oldWrong' };
    }
    if (input.oldPassword === input.newPassword) {
      return { outcome: 'sameAsOld' };
    }
    const password = await this.#hashing.run(caller, () => hashPassword(input.newPassword));
    if (password === 'overloaded') {
      return { outcome: 'overloaded' };
    }
    const { numUpdatedRows } = await this.#store.db
      .updateTable('staff_account')
      .set({ password, updated_at: this.#now() })
      .where('id', '=', account.id)
      .where('password', '=', before ?? '')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) {
      return { outcome: 'oldWrong' };
    }
    await this.#attempts.recordSuccess(guess, address);
    return { outcome: 'changed', sessionsEnded: await this.#sessions.endOthers(client.sessionId) };
  }

  async #hashOf(accountId: string): Promise<string | undefined> {
    const row = await this.#store.db
      .selectFrom('staff_account')
      .select('password')
      .where('id', '=', accountId)
      .executeTakeFirst();
    return row?.password ?? undefined;
  }
}
