import type { Audit, AuditEvent } from '../audit/audit.ts';
import type { TableRow } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import type { FactSource } from './fact-source.ts';

/** Refused facts that are kept of one kiosk; beyond them, its facts are only counted. */
export const KEPT_PER_KIOSK_MAX = 100;
const LISTED_MAX = 200;

/** What was refused, as it came. */
export interface Refusal {
  /** SHA-256 of its content, in hexadecimal: the same fact is refused once. */
  hash: string;
  kind: TableRow<'refused_fact'>['kind'];
  code: string;
  body: Record<string, unknown>;
}

/** A refused fact, for people. */
export interface QuarantinedFact {
  kiosk: string;
  hash: string;
  at: number;
  kind: Refusal['kind'];
  code: string;
}

/** How many facts of a gate's kiosk were refused, and when the last of them came. */
export interface RefusedCount {
  gate: string;
  site: string;
  count: number;
  lastAt: number;
}

/**
 * The facts that no kiosk can truly have decided. They are kept out of the record, where people see them: a
 * kiosk that sends such facts is broken, or in the wrong hands. What one kiosk can make us keep is bounded.
 */
export class FactQuarantine {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #now: () => number;

  constructor(deps: { store: Store; audit: Audit; now: () => number }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#now = deps.now;
  }

  /** Keeps what was refused in the caller's transaction, with an audit row for each that is new. */
  async add(tx: Tx, source: FactSource, refusals: readonly Refusal[]): Promise<void> {
    if (refusals.length === 0) {
      return;
    }
    const { kiosk } = source;
    const { kept } = await tx
      .selectFrom('refused_fact')
      .select(({ fn }) => fn.countAll<number>().as('kept'))
      .where('kiosk', '=', kiosk)
      .executeTakeFirstOrThrow();
    const events: AuditEvent[] = [];
    let room = KEPT_PER_KIOSK_MAX - Number(kept);
    for (const one of refusals.slice(0, Math.max(0, room))) {
      if (room > 0 && (await this.#keep(tx, source, one))) {
        room -= 1;
        events.push(eventOf(source, one));
      }
    }
    const total = await this.#count(tx, source, refusals.length);
    if (isMilestone(total - refusals.length, total)) {
      const body = { asker: source.id, site: source.site, count: total };
      events.push({ kind: 'factsRefused', body });
    }
    await this.#audit.append(tx, events);
  }

  /** Refused facts of one gate's kiosks, the newest first. */
  async ofGate(gate: string): Promise<QuarantinedFact[]> {
    return this.#store.db
      .selectFrom('refused_fact')
      .select(['kiosk', 'hash', 'at', 'kind', 'code'])
      .where('gate', '=', gate)
      .orderBy('at', 'desc')
      .orderBy('hash')
      .limit(LISTED_MAX)
      .execute();
  }

  /** The kiosks of which some were refused since then. */
  async since(at: number): Promise<RefusedCount[]> {
    const rows = await this.#store.db
      .selectFrom('refused_fact_count')
      .selectAll()
      .where('last_at', '>=', at)
      .execute();
    return rows.map(({ gate, site, count, last_at: lastAt }) => ({ gate, site, count, lastAt }));
  }

  /** Deletes what came before this time. */
  async purge(before: number): Promise<void> {
    await this.#store.db.deleteFrom('refused_fact').where('at', '<', before).execute();
    await this.#store.db.deleteFrom('refused_fact_count').where('last_at', '<', before).execute();
  }

  /** @returns false when this kiosk's same fact is kept already. */
  async #keep(tx: Tx, { kiosk, gate, site }: FactSource, one: Refusal): Promise<boolean> {
    const { hash, kind, code } = one;
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('refused_fact')
      .values({
        ...{ kiosk, gate, site, hash, kind, code },
        at: this.#now(),
        body: JSON.stringify(one.body),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return Number(numInsertedOrUpdatedRows ?? 0) > 0;
  }

  async #count(tx: Tx, { kiosk, gate, site }: FactSource, more: number): Promise<number> {
    const at = this.#now();
    const { count } = await tx
      .insertInto('refused_fact_count')
      .values({ kiosk, gate, site, count: more, last_at: at })
      .onConflict((conflict) =>
        conflict.column('kiosk').doUpdateSet(({ eb, ref }) => ({
          count: eb(ref('refused_fact_count.count'), '+', more),
          last_at: at,
        })),
      )
      .returning('count')
      .executeTakeFirstOrThrow();
    return Number(count);
  }
}

function eventOf({ id, site }: FactSource, { hash, kind, code, body }: Refusal): AuditEvent {
  return {
    kind: 'factRefused',
    request: `refused ${id} ${hash}`,
    body: { ...body, asker: id, site, fact: kind, code, hash },
  };
}

/** Beyond the kept ones the audit says how many there are at each doubling: it grows by a few rows. */
function isMilestone(before: number, after: number): boolean {
  const doublings = (count: number) =>
    Math.floor(Math.log2(Math.max(1, count / KEPT_PER_KIOSK_MAX)));
  return doublings(after) > doublings(before);
}
