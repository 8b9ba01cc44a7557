import { errorCode, VarcoError } from '../../shared/errors.ts';
import {
  type CodeBinding,
  type CodeNotTaken,
  type IssueResult,
  OneTimeCodeStore,
  type RedeemResult,
} from '../guessing/one-time-code-store.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import { openIdentity } from '../registry/sealed-identity.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Messenger, Warnings } from './messenger.ts';

const DAY_MS = 86_400_000;

/**
 * The one-time codes that go to a citizen's mobile and come back through an operator or a gate. A code
 * exists only if its message was accepted in the same transaction, and is good only once the transport has
 * taken that message.
 */
export class CitizenCodes {
  readonly #codes: OneTimeCodeStore;
  readonly #keyring: Keyring;
  readonly #messenger: Messenger | undefined;
  readonly #warnings: Warnings | undefined;
  readonly #log: Log;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    messenger?: Messenger | undefined;
    warnings?: Warnings | undefined;
    log: Log;
    now: () => number;
  }) {
    this.#codes = new OneTimeCodeStore(deps);
    this.#keyring = deps.keyring;
    this.#messenger = deps.messenger;
    this.#warnings = deps.warnings;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** Issues a code, or answers why there is none. */
  async issue(tx: Tx, binding: CodeBinding, personId: number): Promise<IssueResult> {
    const messenger = this.#messenger;
    if (!messenger) {
      return { result: 'unavailable' };
    }
    return this.#codes.issue(tx, binding, personId, (code, key) =>
      this.#send(messenger, { tx, personId, code, key }),
    );
  }

  /** Makes one attempt; the citizen is warned by message when it locked the pair. */
  async redeem(tx: Tx, binding: CodeBinding, code: string): Promise<RedeemResult> {
    const messenger = this.#messenger;
    const isSent = async (key: string) => (await messenger?.isSent?.(tx, key)) ?? 'sent';
    const redeemed = await this.#codes.redeem(tx, binding, code, isSent);
    if (redeemed.result === 'locked' && redeemed.lockedNow) {
      const { personId } = redeemed;
      const asker = this.#keyring.oneTimeCodeMac('warning', binding.asker.id).slice(0, 16);
      const day = Math.floor(this.#now() / DAY_MS);
      await this.#warnings?.warn(tx, personId, 'codesLocked', `locked:${personId}:${asker}:${day}`);
    }
    return redeemed;
  }

  async #send(
    messenger: Messenger,
    { tx, personId, code, key }: { tx: Tx; personId: number; code: string; key: string },
  ): Promise<'taken' | CodeNotTaken> {
    try {
      const { identity_cipher: box } = await tx
        .selectFrom('person')
        .select('identity_cipher')
        .where('id', '=', personId)
        .executeTakeFirstOrThrow();
      const { mobile } = openIdentity(this.#keyring, box);
      if (mobile === undefined) {
        throw new VarcoError('contactMissing', 'This person has no mobile number on file');
      }
      await messenger.sendCode({ mobile, personId }, code, { tx, key });
      return 'taken';
    } catch (error) {
      if (!(error instanceof VarcoError) && errorCode(error) !== 'unknown') {
        // The database's own: the unit of work fails, or runs again.
        throw error;
      }
      this.#log.error({ code: errorCode(error) }, 'a code for a citizen was not sent');
      return errorCode(error) === 'messageThrottled' ? 'throttled' : 'unavailable';
    }
  }
}
