import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { Severity } from './kinds.ts';

const ALERT_CHANNEL = 'varco_alert';

/** How many alerts are open, in memory: the same on every node. */
export class OpenAlerts {
  readonly #store: Store;
  readonly #bus: FleetBus;
  readonly #log: Log;
  readonly #byGate = new Map<string, { count: number; worst: Severity | null }>();
  readonly #byKind = new Map<string, number>();
  /** Of no gate, by site; an empty site: of the whole fleet, such as a key that ends. */
  readonly #bySite = new Map<string, number>();
  #stopListening: () => Promise<void> = () => Promise.resolve();

  constructor(deps: { store: Store; bus: FleetBus; log: Log }) {
    this.#store = deps.store;
    this.#bus = deps.bus;
    this.#log = deps.log;
  }

  async start(): Promise<void> {
    await this.#read();
    const read = () => {
      this.#read().catch((error: unknown) => {
        this.#log.warn({ code: errorCode(error) }, 'the alerts were not read');
      });
    };
    this.#stopListening = await this.#store.listen(ALERT_CHANNEL, read, read);
  }

  async stop(): Promise<void> {
    await this.#stopListening();
  }

  ofGate(gate: string): { count: number; worst: Severity | null } {
    return this.#byGate.get(gate) ?? { count: 0, worst: null };
  }

  /** About no gate: of these sites; those of the whole fleet only for whoever sees all sites. */
  besideGates(sites: 'all' | readonly string[]): number {
    let count = 0;
    for (const [site, open] of this.#bySite) {
      count += sites === 'all' || (site !== '' && sites.includes(site)) ? open : 0;
    }
    return count;
  }

  byKind(): ReadonlyMap<string, number> {
    return this.#byKind;
  }

  /** Some were raised, cleared or acknowledged: reads them, and notifies the other nodes. */
  async changed(): Promise<void> {
    await this.#store.notify(ALERT_CHANNEL, '');
    await this.#read();
  }

  async #read(): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('alert')
      .select(['site', 'gate', 'kind', 'severity'])
      .where('cleared_at', 'is', null)
      .execute();
    const gates = new Set(this.#byGate.keys());
    this.#byGate.clear();
    this.#byKind.clear();
    this.#bySite.clear();
    for (const { site, gate, kind, severity } of rows) {
      this.#byKind.set(kind, (this.#byKind.get(kind) ?? 0) + 1);
      if (gate !== null) {
        const { count, worst } = this.ofGate(gate);
        const isCritical = severity === 'critical' || worst === 'critical';
        this.#byGate.set(gate, { count: count + 1, worst: isCritical ? 'critical' : 'warning' });
        gates.add(gate);
      } else {
        this.#bySite.set(site, (this.#bySite.get(site) ?? 0) + 1);
      }
    }
    void this.#bus.emit('viewChanged', { gates: [...gates], topics: ['alerts', 'activity'] });
  }
}
