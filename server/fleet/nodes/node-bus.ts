import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { RosterChange } from '../bus/fleet-events.ts';

/** The channel of {@link Store.notify} between nodes. */
export const FLEET_CHANNEL = 'varco_fleet';
/** Below PostgreSQL's 8,000 bytes of one notice. */
const NOTICE_LENGTH_MAX = 7_000;
/** A change of more sites and gates is announced as a change of everything. */
export const CHANGED_IDS_MAX = 1_000;

/** One notice on the wire; its fields are those that nodes of earlier versions read. */
interface NodeNotice {
  from: string;
  /** Gates whose kiosks' reports were written. */
  said?: string[] | undefined;
  /** A kiosk that connected to the node, and when. */
  came?: { kiosk: string; at: number } | undefined;
  /** Ids to read again; `true`: everything. */
  changed?: true | { sites: string[]; gates: string[] } | undefined;
}

/** Relays events between the buses of a fleet's nodes. Notices may be lost: the tables hold the truth. */
export class NodeBus {
  readonly #store: Store;
  readonly #bus: FleetBus;
  readonly #node: string;
  readonly #log: Log;
  #stopListening: () => Promise<void> = () => Promise.resolve();

  constructor(deps: { store: Store; bus: FleetBus; node: string; log: Log }) {
    this.#store = deps.store;
    this.#bus = deps.bus;
    this.#node = deps.node;
    this.#log = deps.log;
  }

  /** Emits the other nodes' notices as `remote…` events from now on. */
  async start(): Promise<void> {
    this.#stopListening = await this.#store.listen(
      FLEET_CHANNEL,
      (payload) => this.#receive(JSON.parse(payload)),
      // Whatever was announced while nobody listened is in the tables.
      () => void this.#bus.emit('remoteRosterChanged', 'all'),
    );
  }

  async stop(): Promise<void> {
    await this.#stopListening();
  }

  reportsWritten(gates: readonly string[]): void {
    for (const said of portions(gates)) {
      void this.#notify({ said });
    }
  }

  kioskConnected(kiosk: string, at: number): void {
    void this.#notify({ came: { kiosk, at } });
  }

  /** Resolves when the notices are sent: a command line may end after its act. */
  async rosterChanged(change: RosterChange): Promise<void> {
    if (change === 'all' || change.sites.length + change.gates.length > CHANGED_IDS_MAX) {
      await this.#notify({ changed: true });
      return;
    }
    for (const sites of portions(change.sites)) {
      await this.#notify({ changed: { sites, gates: [] } });
    }
    for (const gates of portions(change.gates)) {
      await this.#notify({ changed: { sites: [], gates } });
    }
  }

  /** Never throws: a lost notice is made up for by the next look at the tables. */
  async #notify(notice: Omit<NodeNotice, 'from'>): Promise<void> {
    const payload = JSON.stringify({ from: this.#node, ...notice });
    try {
      await this.#store.notify(FLEET_CHANNEL, payload);
    } catch (error) {
      this.#log.warn({ code: errorCode(error) }, 'other nodes were not notified');
    }
  }

  #receive({ from: node, said: gates, came, changed }: NodeNotice): void {
    if (node === this.#node) {
      return;
    }
    if (came) {
      void this.#bus.emit('remoteKioskConnected', { ...came, node });
    }
    if (changed) {
      void this.#bus.emit('remoteRosterChanged', changed === true ? 'all' : changed);
    }
    if (gates) {
      void this.#bus.emit('remoteReportsWritten', { gates });
    }
  }
}

/** Ids in portions that each fit in one notice. */
function portions(ids: readonly string[]): string[][] {
  const all: string[][] = [];
  let length = NOTICE_LENGTH_MAX;
  for (const id of ids) {
    length += id.length + 3;
    if (length > NOTICE_LENGTH_MAX) {
      all.push([]);
      length = id.length + 100;
    }
    all.at(-1)?.push(id);
  }
  return all;
}
