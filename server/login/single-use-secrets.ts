import type { Keyring } from '../keys/keyring.ts';
import { hashSecret, isSecret, newSecret } from '../keys/secret.ts';
import type { Store, Tx } from '../store/store.ts';

const PLACE = 'login.singleUse';

/** What a secret that works once is for. */
export type SingleUseKind = 'invitation' | 'ticket' | 'spent';

/** Secrets that work once and not for long; in the store, so that they hold on every node. */
export class SingleUseSecrets {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Makes a secret; an older one of the same kind and subject (if it has one) is worth nothing more. */
  async issue(
    tx: Tx,
    one: { kind: SingleUseKind; subject: string; body: object; lifeMs: number },
  ): Promise<string> {
    const { kind, subject, body, lifeMs } = one;
    if (subject !== '') {
      await this.revoke(tx, kind, subject);
    }
    const secret = newSecret();
    const row = {
      hash: hashSecret(secret),
      kind,
      subject,
      body_cipher: this.#keyring.seal(PLACE, JSON.stringify(body)),
      expires_at: this.#now() + lifeMs,
    };
    await tx.insertInto('single_use').values(row).execute();
    return secret;
  }

  /** What a secret stands for, without using it up. */
  async peek(kind: SingleUseKind, secret: unknown): Promise<object | undefined> {
    if (!isSecret(secret)) {
      return undefined;
    }
    const row = await this.#store.db
      .selectFrom('single_use')
      .select('body_cipher')
      .where('hash', '=', hashSecret(secret))
      .where('kind', '=', kind)
      .where('expires_at', '>', this.#now())
      .executeTakeFirst();
    return row && JSON.parse(this.#keyring.open(PLACE, row.body_cipher));
  }

  /** Uses a secret up: of two who bring it at once, one gets what it stands for. */
  async redeem(tx: Tx, kind: SingleUseKind, secret: unknown): Promise<object | undefined> {
    if (!isSecret(secret)) {
      return undefined;
    }
    const row = await tx
      .deleteFrom('single_use')
      .where('hash', '=', hashSecret(secret))
      .where('kind', '=', kind)
      .returning(['body_cipher', 'expires_at'])
      .executeTakeFirst();
    return row && row.expires_at > this.#now()
      ? JSON.parse(this.#keyring.open(PLACE, row.body_cipher))
      : undefined;
  }

  async revoke(tx: Tx, kind: SingleUseKind, subject: string): Promise<void> {
    await tx
      .deleteFrom('single_use')
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .execute();
  }

  /** Notes that a value which we did not keep has come back; false when it had done so before. */
  async markSpent(value: string, lifeMs: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#store.db
      .insertInto('single_use')
      .values({
        hash: hashSecret(value),
        kind: 'spent',
        subject: '',
        body_cipher: Buffer.alloc(0),
        expires_at: this.#now() + lifeMs,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return Number(numInsertedOrUpdatedRows ?? 0) > 0;
  }

  async purgeExpired(): Promise<void> {
    await this.#store.db.deleteFrom('single_use').where('expires_at', '<=', this.#now()).execute();
  }
}
