import type { Keyring } from '../keys/keyring.ts';
import { type BulkInsert, lookupOf, RunAgain, type Store, type Tx } from '../store/store.ts';
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

const headOf = lookupOf('audit_head', ['sequence', 'hash'], 'node', {
  keyType: 'text',
  isUnique: true,
  isLocked: true,
});
const upsertHead: BulkInsert = {
  table: 'audit_head',
  columns: { node: 'text', sequence: 'bigint', hash: 'text' },
  tail: 'on conflict (node) do update set sequence = excluded.sequence, hash = excluded.hash',
};

/** What happened, before it becomes a row. `subject` is stored only as a pseudonym. */
export interface AuditEvent {
  kind: string;
  /** A person's code mac, or another keyed or random name; absent when the row is about nobody. */
  subject?: string | undefined;
  /** In place of the subject, its pseudonym of the month, where the caller has derived it already. */
  pseudonym?: string | undefined;
  request?: string | undefined;
  body: Record<string, unknown>;
}

/** The node's own chain. It is written inside the unit of work that it proves. */
export class Audit {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #node: string;
  readonly #now: () => number;
  #month = { at: Number.NaN, name: '' };
  readonly #appended: () => void;

  /** @param deps.appended called on every append, before its commit. */
  constructor(deps: {
    store: Store;
    keyring: Keyring;
    node: string;
    now: () => number;
    appended?: (() => void) | undefined;
  }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#node = deps.node;
    this.#now = deps.now;
    this.#appended = deps.appended ?? (() => {});
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
    const month = this.#monthOf(at);
    const entries = events.map(
      ({ kind, subject, pseudonym, request, body }): AuditEntry => ({
        at,
        kind,
        subject:
          pseudonym ?? (subject === undefined ? '' : this.#keyring.pseudonym(month, subject)),
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
    const last = rows.at(-1);
    if (written !== rows.length || !last) {
      throw new RunAgain();
    }
    await this.#store.insertMany(tx, upsertHead, [[this.#node, last.sequence, last.hash]]);
    this.#appended();
  }

  /** A subject's pseudonym in the month of a time. */
  pseudonymOf(subject: string, at: number): string {
    return this.#keyring.pseudonym(this.#monthOf(at), subject);
  }

  /** Formatted once for a group of rows of the same moment. */
  #monthOf(at: number): string {
    if (at !== this.#month.at) {
      this.#month = { at, name: monthOf(at) };
    }
    return this.#month.name;
  }

  async #lockHead(tx: Tx) {
    const [head] = await this.#store.lookup(tx, headOf, [this.#node]);
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
