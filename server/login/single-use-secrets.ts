import type { Keyring } from '../keys/keyring.ts';
import { hashSecret, isSecret, newSecret } from '../keys/secret.ts';
import type { Store, Tx } from '../store/store.ts';

const PLACE = 'login.singleUse';

/** What a single-use secret is for. */
export type SingleUseKind = 'invitation' | 'ticket' | 'spent';

/** Short-lived secrets that work once; stored in the database, so that they work on every node. */
export class SingleUseSecrets {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(deps: { store: Store; keyring: Keyring; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#now = deps.now;
  }

  /** Issues a secret, revoking an older one of the same kind and (unless empty) subject. */
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

  /** The body of a secret, without using it up. `Body` is what {@link issue} stored for the kind. */
  async peek<Body extends object>(kind: SingleUseKind, secret: unknown): Promise<Body | undefined> {
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

  /** Uses a secret up and returns its body; of two concurrent callers only one gets it. */
  async redeem<Body extends object>(
    tx: Tx,
    kind: SingleUseKind,
    secret: unknown,
  ): Promise<Body | undefined> {
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

  /** Marks a value that was not stored here as used; false if it already was. */
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
