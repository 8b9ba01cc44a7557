import type { Audit } from '../../audit/audit.ts';
import { bodyOf } from '../../audit/body.ts';
import type { Store, Tx } from '../../store/store.ts';
import { demand, type FleetActor } from './actor.ts';
import { visibleSites } from './permissions.ts';

/** Something that happened in the fleet, for the activity page and a kiosk's own list. */
export interface Activity {
  id: number;
  at: number;
  /** Such as `gate.created`, `command.done`, `alert.raised`. */
  kind: string;
  site?: string | undefined;
  gate?: string | undefined;
  /** Whose act it was; absent: it happened by itself. */
  actor?: string | undefined;
  body: Record<string, unknown>;
}

/** An operator's act with its place in the chain that proves it. */
export interface AuditedAct {
  node: string;
  sequence: number;
  at: number;
  kind: string;
  body: Record<string, unknown>;
  hash: string;
}

export type NewActivity = Omit<Activity, 'id' | 'at'>;

/** Rows of activity go after this time; the audit keeps the acts themselves longer. */
export const ACTIVITY_KEPT_MS = 90 * 86_400_000;
/** Acts on the fleet and on accounts, and what somebody was refused. */
const auditedKinds = ['fleet.%', 'account.%', 'access.%'];
const PAGE_MAX = 200;
const PRUNE_ROWS_MAX = 5_000;

/** What happened, newest first. An operator's act is an audit row too, in the same transaction. */
export class ActivityLog {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #now: () => number;

  constructor(deps: { store: Store; audit: Audit; now: () => number }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#now = deps.now;
  }

  /** Notes it in the caller's transaction; with an actor, also in the audit. */
  async note(tx: Tx, entries: readonly NewActivity[]): Promise<void> {
    if (entries.length === 0) {
      return;
    }
    const at = this.#now();
    const rows = entries.map(({ kind, site, gate, actor, body }) => ({
      at,
      kind,
      site: site ?? null,
      gate: gate ?? null,
      actor: actor ?? null,
      body: JSON.stringify(body),
    }));
    for (let first = 0; first < rows.length; first += PAGE_MAX) {
      await tx
        .insertInto('fleet_event')
        .values(rows.slice(first, first + PAGE_MAX))
        .execute();
    }
    const acts = entries.filter(({ actor }) => actor !== undefined);
    await this.#audit.append(
      tx,
      acts.map(({ kind, site, gate, actor, body }) => ({
        kind: `fleet.${kind}`,
        body: { actor, site, gate, ...body },
      })),
    );
  }

  /** Notes what happened by itself. */
  async keep(entries: readonly NewActivity[]): Promise<void> {
    await this.#store.transaction((tx) => this.note(tx, entries));
  }

  /** Up to 200 rows before an id, newest first, of the sites that this actor may see, perhaps of one gate. */
  async list(
    who: FleetActor,
    query: {
      gate?: string | undefined;
      before?: number | undefined;
      kinds?: readonly string[] | undefined;
      limit?: number | undefined;
    } = {},
  ): Promise<Activity[]> {
    const sites = visibleSites(who);
    if (sites === undefined) {
      return [];
    }
    let select = this.#store.db
      .selectFrom('fleet_event')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(Math.min(query.limit ?? 50, PAGE_MAX));
    if (sites !== 'all') {
      select = select.where('site', 'in', sites);
    }
    if (query.gate !== undefined) {
      select = select.where('gate', '=', query.gate);
    }
    if (query.before !== undefined) {
      select = select.where('id', '<', query.before);
    }
    if (query.kinds && query.kinds.length > 0) {
      select = select.where('kind', 'in', query.kinds);
    }
    return (await select.execute()).map(({ id, at, kind, site, gate, actor, body }) => ({
      id,
      at,
      kind,
      site: site ?? undefined,
      gate: gate ?? undefined,
      actor: actor ?? undefined,
      body: JSON.parse(body),
    }));
  }

  /** Operators' acts as the audit keeps them, the newest first. @throws VarcoError `forbidden`. */
  async audited(
    who: FleetActor,
    query: { before?: number | undefined; limit?: number | undefined },
  ): Promise<AuditedAct[]> {
    demand(who, 'audit.read');
    let select = this.#store.db
      .selectFrom('audit')
      .select(['node', 'sequence', 'at', 'kind', 'body', 'hash'])
      .where((is) => is.or(auditedKinds.map((kind) => is('kind', 'like', kind))))
      .orderBy('at', 'desc')
      .orderBy('node')
      .orderBy('sequence', 'desc')
      .limit(Math.min(query.limit ?? 100, 500));
    select = query.before === undefined ? select : select.where('at', '<', query.before);
    return (await select.execute()).map((row) => ({ ...row, body: bodyOf(row.body) }));
  }

  /** Deletes a portion of the rows past their time; answers how many. */
  async prune(): Promise<number> {
    const old = await this.#store.db
      .selectFrom('fleet_event')
      .select('id')
      .where('at', '<', this.#now() - ACTIVITY_KEPT_MS)
      .orderBy('id')
      .limit(PRUNE_ROWS_MAX)
      .execute();
    const last = old.at(-1);
    if (last) {
      await this.#store.db.deleteFrom('fleet_event').where('id', '<=', last.id).execute();
    }
    return old.length;
  }
}
