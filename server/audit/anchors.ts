import type { Store } from '../store/store.ts';
import type { Audit } from './audit.ts';
import { bodyOf } from './body.ts';
import type { Head } from './chain.ts';

/** The kind of a row that holds other chains' heads. */
export const ANCHOR_KIND = 'anchor';

/** Heads of chains, by node. */
type Heads = Record<string, Head>;

/**
 * Ties the chains of all nodes to each other: a node writes the others' heads into its own chain when they
 * grew. Whoever cuts off or makes anew the end of one chain, with its head and checkpoints, is then told
 * by every other chain, and would have to make all of them anew.
 */
export class Anchors {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #node: string;
  /** How far each other chain is anchored by this node. */
  readonly #anchored = new Map<string, number>();

  constructor(deps: { store: Store; audit: Audit; node: string }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#node = deps.node;
  }

  /** Anchors what other nodes wrote since the last time. Their own anchors alone are no reason to. */
  async anchor(): Promise<void> {
    const heads = await this.#store.transaction(async (tx) => {
      const grown: Heads = {};
      const all = await tx.selectFrom('audit_head').selectAll().execute();
      for (const { node, sequence, hash } of all.filter(({ node }) => node !== this.#node)) {
        const news = await tx
          .selectFrom('audit')
          .select('sequence')
          .where('node', '=', node)
          .where('sequence', '>', this.#anchored.get(node) ?? 0)
          .where('kind', '<>', ANCHOR_KIND)
          .orderBy('sequence', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (news) {
          grown[node] = { sequence, hash };
        }
      }
      if (Object.keys(grown).length > 0) {
        await this.#audit.append(tx, [{ kind: ANCHOR_KIND, body: { heads: grown } }]);
      }
      return grown;
    });
    for (const [node, { sequence }] of Object.entries(heads)) {
      this.#anchored.set(node, sequence);
    }
  }
}

/** Every head that any chain holds of another, by the anchored node. */
export async function readAnchors(store: Store): Promise<Map<string, Head[]>> {
  const rows = await store.db
    .selectFrom('audit')
    .select(['node', 'body'])
    .where('kind', '=', ANCHOR_KIND)
    .execute();
  const anchors = new Map<string, Head[]>();
  for (const { node: by, body } of rows) {
    const { heads } = bodyOf<{ heads: Heads }>(body);
    for (const [node, head] of Object.entries(heads ?? {})) {
      if (node !== by) {
        anchors.set(node, [...(anchors.get(node) ?? []), head]);
      }
    }
  }
  return anchors;
}
