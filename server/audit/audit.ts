import type { Keyring } from '../credential/keyring.ts';
import { type BulkInsert, RunAgain, type Store, type Tx } from '../store/store.ts';
import { type AuditEntry, chain, genesis } from './chain.ts';

const insertAudit: BulkInsert = {
  table: 'audit',
  columns: {
    node: 'text',
    sequence: 'bigint',
    at: 'bigint',
    kind: 'text',
    subject: 'text',
    request: 'text',
    body: 'text',
    hash: 'text',
  },
  tail: 'on conflict do nothing',
};

/** What happened, before it is a row. `subject` is made a pseudonym here and goes no further. */
export interface AuditEvent {
  kind: string;
  /** A person's code mac, or another keyed or random name; absent when the row is about nobody. */
  subject?: string;
  request?: string;
  body: Record<string, unknown>;
}

/** The node's own chain. It is written inside the unit of work that it proves. */
export class Audit {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #node: string;
  readonly #now: () => number;
  /** Told of every append, before its commit. */
  onAppend: (() => void) | undefined;

  constructor(deps: { store: Store; keyring: Keyring; node: string; now: () => number }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#node = deps.node;
    this.#now = deps.now;
  }

  /**
   * Appends in the caller's transaction. The head's row is locked first, so that two processes with
   * one node's name take turns.
   *
   * @throws RunAgain when a row with one of the requests' keys came in between.
   */
  async append(tx: Tx, events: readonly AuditEvent[], at = this.#now()): Promise<void> {
    if (events.length === 0) {
      return;
    }
    const month = monthOf(at);
    const entries = events.map(
      ({ kind, subject, request, body }): AuditEntry => ({
        at,
        kind,
        subject: subject === undefined ? '' : this.#keyring.pseudonym(month, subject),
        request: request ?? null,
        body: JSON.stringify(body),
      }),
    );
    const rows = chain(this.#node, await this.#lockHead(tx), entries);
    const written = await this.#store.insertMany(
      tx,
      insertAudit,
      rows.map((row) => [
        row.node,
        row.sequence,
        row.at,
        row.kind,
        row.subject,
        row.request,
        row.body,
        row.hash,
      ]),
    );
    if (written !== rows.length) {
      throw new RunAgain();
    }
    const { sequence, hash } = rows[rows.length - 1] as (typeof rows)[number];
    await tx
      .updateTable('audit_head')
      .set({ sequence, hash })
      .where('node', '=', this.#node)
      .execute();
    this.onAppend?.();
  }

  async #lockHead(tx: Tx) {
    const select = tx
      .selectFrom('audit_head')
      .select(['sequence', 'hash'])
      .where('node', '=', this.#node);
    const locked = this.#store.engine === 'postgres' ? select.forUpdate() : select;
    const head = await locked.executeTakeFirst();
    if (head) {
      return head;
    }
    const first = genesis(this.#node);
    await tx
      .insertInto('audit_head')
      .values({ node: this.#node, ...first })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return first;
  }
}

/** `YYYY-MM` in UTC. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
