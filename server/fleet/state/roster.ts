import type { TableRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { RosterChange } from '../bus/fleet-events.ts';
import type { Gate, Gates } from '../places/gates.ts';
import type { GateKiosk, Kiosks } from '../places/kiosks.ts';
import type { Site, Sites } from '../places/sites.ts';
import { type LastReport, withPresence } from './last-report.ts';

/** Ids in one statement. */
const IDS_PER_READ = 500;

/** A gate as this node knows it now. */
export interface RosterGate {
  gate: Gate;
  kiosk?: { id: string; registeredAt: number } | undefined;
  /** Absent: its kiosk never reported. */
  lastReport?: LastReport | undefined;
  /** The node that its kiosk is connected to; absent: to none. */
  node?: string | undefined;
  /** When it connected there, or last did. */
  connectedAt?: number | undefined;
  /** The config version that it is to run; 0: its own file alone. */
  desired: number;
}

type StateRow = TableRow<'kiosk_state'>;

/**
 * The whole fleet in this node's memory: the rows of the database, and on top of them what this node's
 * own kiosks reported since. A page with thousands of kiosks is answered from here.
 */
export class Roster {
  readonly #store: Store;
  readonly #siteRows: Sites;
  readonly #gateRows: Gates;
  readonly #kioskRows: Kiosks;
  readonly #node: string;
  readonly #gates = new Map<string, RosterGate>();
  readonly #gateOfKiosk = new Map<string, string>();
  readonly #sites = new Map<string, Site>();

  constructor(deps: { store: Store; sites: Sites; gates: Gates; kiosks: Kiosks; node: string }) {
    this.#store = deps.store;
    this.#siteRows = deps.sites;
    this.#gateRows = deps.gates;
    this.#kioskRows = deps.kiosks;
    this.#node = deps.node;
  }

  /**
   * Reads what changed: the named sites and gates with their kiosks, or all of them.
   *
   * @returns the ids of the gates that are gone.
   */
  async read(change: RosterChange, now: number): Promise<string[]> {
    if (change === 'all') {
      return this.#readAll(now);
    }
    const sites = await inPortions(change.sites, (ids) => this.#siteRows.byIds(ids));
    for (const site of sites) {
      this.#sites.set(site.id, site);
    }
    return inPortions(change.gates, (ids) => this.#readGates(ids, now));
  }

  /** Reads what kiosks of other nodes reported. */
  async readReports(gateIds: readonly string[], now: number): Promise<void> {
    const kiosks = gateIds.flatMap((id) => {
      const entry = this.#gates.get(id);
      return entry?.kiosk && entry.node !== this.#node ? [entry.kiosk.id] : [];
    });
    for (const row of await this.#statesOf(kiosks)) {
      const entry = this.ofKiosk(row.kiosk);
      if (entry && entry.node !== this.#node) {
        applyState(entry, row, now);
      }
    }
  }

  get(gate: string): RosterGate | undefined {
    return this.#gates.get(gate);
  }

  ofKiosk(kiosk: string): RosterGate | undefined {
    const gate = this.#gateOfKiosk.get(kiosk);
    return gate === undefined ? undefined : this.#gates.get(gate);
  }

  gates(): IterableIterator<RosterGate> {
    return this.#gates.values();
  }

  site(id: string): Site | undefined {
    return this.#sites.get(id);
  }

  sites(): Site[] {
    return [...this.#sites.values()];
  }

  async #readAll(now: number): Promise<string[]> {
    const [sites, gates, kiosks, desired, states] = await Promise.all([
      this.#siteRows.all(),
      this.#gateRows.all(),
      this.#kioskRows.all(),
      this.#store.db.selectFrom('desired_config').select(['gate', 'version']).execute(),
      this.#store.db.selectFrom('kiosk_state').selectAll().execute(),
    ]);
    this.#sites.clear();
    for (const site of sites) {
      this.#sites.set(site.id, site);
    }
    const known = [...this.#gates.keys()];
    return this.#replace(known, { gates, kiosks, desired, states }, now);
  }

  async #readGates(ids: readonly string[], now: number): Promise<string[]> {
    const [gates, kiosks, desired] = await Promise.all([
      this.#gateRows.byIds(ids),
      this.#kioskRows.atGates(ids),
      this.#store.db
        .selectFrom('desired_config')
        .select(['gate', 'version'])
        .where('gate', 'in', ids)
        .execute(),
    ]);
    const states = await this.#statesOf(kiosks.map(({ id }) => id));
    return this.#replace(ids, { gates, kiosks, desired, states }, now);
  }

  #statesOf(kiosks: readonly string[]): Promise<StateRow[]> {
    return inPortions(kiosks, (ids) =>
      this.#store.db.selectFrom('kiosk_state').selectAll().where('kiosk', 'in', ids).execute(),
    );
  }

  /** Replaces the entries of these ids by what their rows say; answers the ids that have no row. */
  #replace(
    ids: readonly string[],
    rows: {
      gates: readonly Gate[];
      kiosks: readonly GateKiosk[];
      desired: readonly { gate: string; version: number }[];
      states: readonly StateRow[];
    },
    now: number,
  ): string[] {
    const kioskAt = new Map(rows.kiosks.map((kiosk) => [kiosk.gate, kiosk]));
    const versionAt = new Map(rows.desired.map(({ gate, version }) => [gate, version]));
    const stateOf = new Map(rows.states.map((state) => [state.kiosk, state]));
    for (const id of ids) {
      this.#gateOfKiosk.delete(this.#gates.get(id)?.kiosk?.id ?? '');
    }
    for (const gate of rows.gates) {
      const kiosk = kioskAt.get(gate.id);
      const desired = versionAt.get(gate.id) ?? 0;
      this.#gates.set(gate.id, this.#entry({ gate, desired }, kiosk, stateOf, now));
      if (kiosk) {
        this.#gateOfKiosk.set(kiosk.id, gate.id);
      }
    }
    const found = new Set(rows.gates.map(({ id }) => id));
    return ids.filter((id) => !found.has(id) && this.#gates.delete(id));
  }

  /** What this node's own kiosk reported is newer than its row. */
  #entry(
    entry: RosterGate,
    kiosk: GateKiosk | undefined,
    stateOf: ReadonlyMap<string, StateRow>,
    now: number,
  ): RosterGate {
    if (!kiosk) {
      return entry;
    }
    entry.kiosk = { id: kiosk.id, registeredAt: kiosk.registeredAt };
    const before = this.#gates.get(entry.gate.id);
    const isOurs = before?.kiosk?.id === kiosk.id && before.node === this.#node;
    const state = stateOf.get(kiosk.id);
    if (isOurs) {
      entry.lastReport = before.lastReport;
      entry.node = before.node;
      entry.connectedAt = before.connectedAt;
    } else if (state) {
      applyState(entry, state, now);
    }
    return entry;
  }
}

function applyState(entry: RosterGate, row: StateRow, now: number): void {
  const stored = readReport(row.body);
  if (!stored) {
    return;
  }
  const report = { ...stored, at: row.last_message_at };
  entry.lastReport = withPresence(report, now);
  entry.node = row.node ?? undefined;
  entry.connectedAt = row.node === null ? undefined : (row.connected_at ?? row.last_message_at);
}

/** @returns undefined for a row that nobody can read: its kiosk reports again. */
function readReport(body: string): LastReport | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function inPortions<Row>(
  ids: readonly string[],
  read: (ids: string[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let first = 0; first < ids.length; first += IDS_PER_READ) {
    rows.push(...(await read(ids.slice(first, first + IDS_PER_READ))));
  }
  return rows;
}
