import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { Store } from '../store/store.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

const kioskSchema = z.strictObject({
  id: name,
  /** The kiosk's Ed25519 public key, 32 bytes in base64url. */
  publicKey: z.base64url().length(43),
  gate: z.string().min(1).max(64),
  site: name,
  /** The id of the policy that this gate asks. */
  policy: z.string().min(1).max(64),
});

/** A kiosk that may connect. */
export type Kiosk = z.infer<typeof kioskSchema>;

/** The kiosks and their gates; every method is a whole unit of work. */
export class Fleet {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #now: () => number;

  constructor(deps: { store: Store; audit: Audit; now: () => number }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#now = deps.now;
  }

  /**
   * Lets a kiosk in, or changes one that is known.
   *
   * @throws VarcoError `kioskInvalid`.
   */
  async registerKiosk(given: Kiosk): Promise<void> {
    const parsed = kioskSchema.safeParse(given);
    if (!parsed.success) {
      throw new VarcoError('kioskInvalid', z.prettifyError(parsed.error));
    }
    const { id, publicKey, gate, site, policy } = parsed.data;
    await this.#store.transaction(async (tx) => {
      const row = { public_key: publicKey, gate, site, policy, state: 'accepted' };
      await tx
        .insertInto('kiosk')
        .values({ id, ...row, registered_at: this.#now() })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      await this.#audit.append(tx, [{ kind: 'kiosk.registered', body: { kiosk: id, gate } }]);
    });
  }

  /** Shuts a kiosk out from its next connection on. */
  async removeKiosk(id: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await tx.updateTable('kiosk').set({ state: 'removed' }).where('id', '=', id).execute();
      await this.#audit.append(tx, [{ kind: 'kiosk.removed', body: { kiosk: id } }]);
    });
  }

  /** @returns undefined for one that is not known or was removed. */
  async findKiosk(id: string): Promise<Kiosk | undefined> {
    const row = await this.#store.db
      .selectFrom('kiosk')
      .select(['id', 'public_key', 'gate', 'site', 'policy'])
      .where('id', '=', id)
      .where('state', '=', 'accepted')
      .executeTakeFirst();
    return (
      row && {
        id: row.id,
        publicKey: row.public_key,
        gate: row.gate,
        site: row.site,
        policy: row.policy,
      }
    );
  }
}
