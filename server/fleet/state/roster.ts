import type { TableRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { Gate, Gates } from '../places/gates.ts';
import type { Kiosks } from '../places/kiosks.ts';
import type { Site, Sites } from '../places/sites.ts';
import { type LastReport, withPresence } from './last-report.ts';

/** A gate as this node knows it now. */
export interface RosterGate {
  gate: Gate;
  kiosk?: { id: string; registeredAt: number };
  /** What its kiosk told; absent: it never spoke. */
  lastReport?: LastReport;
  /** To which node its kiosk is connected, and since when. */
  node?: string;
  connectedAt?: number;
  /** The config version that it is to run; 0: its own file alone. */
  desired: number;
}

/**
 * The whole fleet in this node's memory: what stands in the database, and on top of it what this
 * node's own kiosks just said. A page with thousands of kiosks is answered from here.
 */
export class Roster {
  readonly #store: Store;
  readonly #sitesRoom: Sites;
  readonly #gatesRoom: Gates;
  readonly #kiosksRoom: Kiosks;
  readonly #node: string;
  readonly #gates = new Map<string, RosterGate>();
  readonly #gateOfKiosk = new Map<string, string>();
  #sites = new Map<string, Site>();

  constructor(deps: { store: Store; sites: Sites; gates: Gates; kiosks: Kiosks; node: string }) {
    this.#store = deps.store;
    this.#sitesRoom = deps.sites;
    this.#gatesRoom = deps.gates;
    this.#kiosksRoom = deps.kiosks;
    this.#node = deps.node;
  }

  /** Reads the places and who stands there; answers the gates that are no more. */
  async reload(now: number): Promise<{ gone: string[]; kiosksGone: string[] }> {
    const [sites, gates, kiosks, desired] = await Promise.all([
      this.#sitesRoom.all(),
      this.#gatesRoom.all(),
      this.#kiosksRoom.all(),
      this.#store.db.selectFrom('desired_config').select(['gate', 'version']).execute(),
    ]);
    const states = await this.#store.db.selectFrom('kiosk_state').selectAll().execute();
    const kioskAt = new Map(kiosks.map((kiosk) => [kiosk.gate, kiosk]));
    const versionAt = new Map(desired.map(({ gate, version }) => [gate, version]));
    const stateOf = new Map(states.map((state) => [state.kiosk, state]));
    const kiosksBefore = [...this.#gateOfKiosk.keys()];
    const gatesBefore = [...this.#gates.keys()];
    this.#sites = new Map(sites.map((site) => [site.id, site]));
    this.#gateOfKiosk.clear();
    const known = new Set(gates.map(({ id }) => id));
    for (const gate of gates) {
      const kiosk = kioskAt.get(gate.id);
      const before = this.#gates.get(gate.id);
      const next: RosterGate = { gate, desired: versionAt.get(gate.id) ?? 0 };
      if (kiosk) {
        next.kiosk = { id: kiosk.id, registeredAt: kiosk.registeredAt };
        this.#gateOfKiosk.set(kiosk.id, gate.id);
        const isOurs = before?.kiosk?.id === kiosk.id && before.node === this.#node;
        applyState(next, isOurs ? undefined : stateOf.get(kiosk.id), now);
        if (isOurs) {
          copyTold(before, next);
        }
      }
      this.#gates.set(gate.id, next);
    }
    const gone = gatesBefore.filter((id) => !known.has(id));
    for (const id of gone) {
      this.#gates.delete(id);
    }
    return { gone, kiosksGone: kiosksBefore.filter((id) => !this.#gateOfKiosk.has(id)) };
  }

  /** Reads what other nodes' kiosks said. */
  async refresh(gateIds: readonly string[], now: number): Promise<void> {
    const kiosks = gateIds.flatMap((id) => {
      const entry = this.#gates.get(id);
      return entry?.kiosk && entry.node !== this.#node ? [entry.kiosk.id] : [];
    });
    for (let first = 0; first < kiosks.length; first += 500) {
      const rows = await this.#store.db
        .selectFrom('kiosk_state')
        .selectAll()
        .where('kiosk', 'in', kiosks.slice(first, first + 500))
        .execute();
      for (const row of rows) {
        const entry = this.ofKiosk(row.kiosk);
        if (entry && entry.node !== this.#node) {
          applyState(entry, row, now);
        }
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
}

function applyState(
  entry: RosterGate,
  row: TableRow<'kiosk_state'> | undefined,
  now: number,
): void {
  if (!row) {
    return;
  }
  const told = { ...(JSON.parse(row.body) as LastReport), at: row.last_message_at };
  entry.lastReport = withPresence(told, now);
  if (row.node === null) {
    delete entry.node;
    delete entry.connectedAt;
  } else {
    entry.node = row.node;
    entry.connectedAt = row.connected_at ?? row.last_message_at;
  }
}

function copyTold(from: RosterGate, to: RosterGate): void {
  if (from.lastReport) {
    to.lastReport = from.lastReport;
  }
  if (from.node !== undefined) {
    to.node = from.node;
  }
  if (from.connectedAt !== undefined) {
    to.connectedAt = from.connectedAt;
  }
}
