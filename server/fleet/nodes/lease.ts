import type { Store } from '../../store/store.ts';

/** How long a node keeps a lease that it does not renew, in milliseconds. */
export const LEASE_MS = 10_000;

/** Lets one node of many do what only one may do; when it dies, another takes over. */
export class Lease {
  readonly #store: Store;
  readonly #name: string;
  readonly #node: string;
  readonly #now: () => number;

  constructor(deps: { store: Store; name: string; node: string; now: () => number }) {
    this.#store = deps.store;
    this.#name = deps.name;
    this.#node = deps.node;
    this.#now = deps.now;
  }

  /** Takes or renews the lease; answers whether this node holds it for the next {@link LEASE_MS}. */
  async hold(): Promise<boolean> {
    const now = this.#now();
    const row = { node: this.#node, until: now + LEASE_MS };
    const { numInsertedOrUpdatedRows } = await this.#store.db
      .insertInto('lease')
      .values({ name: this.#name, ...row })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet(row)
          .where((eb) => eb.or([eb('lease.node', '=', this.#node), eb('lease.until', '<', now)])),
      )
      .executeTakeFirstOrThrow();
    return Number(numInsertedOrUpdatedRows ?? 0) > 0;
  }

  /** Lets another node have it at once. */
  async release(): Promise<void> {
    await this.#store.db
      .deleteFrom('lease')
      .where('name', '=', this.#name)
      .where('node', '=', this.#node)
      .execute();
  }
}
