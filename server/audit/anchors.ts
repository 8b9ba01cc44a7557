import type { Store } from '../store/store.ts';
import type { Audit } from './audit.ts';
import { bodyOf } from './body.ts';
import type { Head } from './chain.ts';

/** The kind of a row that holds the heads of other chains. */
export const ANCHOR_KIND = 'anchor';

/** Heads of chains, by node. */
type Heads = Record<string, Head>;

/**
 * Ties the chains of all nodes to each other: each node writes the others' heads into its own chain as they
 * grow. Whoever truncates or rewrites the end of one chain, even with its head and checkpoints, is given
 * away by every other chain, and would have to rewrite them all.
 */
export class Anchors {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #node: string;
  /** The last sequence of each other chain that this node anchored. */
  readonly #anchored = new Map<string, number>();

  constructor(deps: { store: Store; audit: Audit; node: string }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#node = deps.node;
  }

  /** Anchors what other nodes wrote since the last time, unless that is only anchors of their own. */
  async anchor(): Promise<void> {
    const heads = await this.#store.transaction(async (tx) => {
      const grown: Heads = {};
      const all = await tx.selectFrom('audit_head').selectAll().execute();
      for (const { node, sequence, hash } of all.filter(({ node }) => node !== this.#node)) {
        const newest = await tx
          .selectFrom('audit')
          .select('sequence')
          .where('node', '=', node)
          .where('sequence', '>', this.#anchored.get(node) ?? 0)
          .where('kind', '<>', ANCHOR_KIND)
          .orderBy('sequence', 'desc')
          .limit(1)
          .executeTakeFirst();
        if (newest) {
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

/** Every head that a chain holds of another, by the node that was anchored. */
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
