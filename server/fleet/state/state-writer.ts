import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { SetAside } from '../../set-aside.ts';
import type { BulkInsert, Store } from '../../store/store.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { Roster, RosterGate } from './roster.ts';
import type { PendingCount, Telemetry } from './telemetry.ts';

const insertStates: BulkInsert = {
  table: 'kiosk_state',
  columns: {
    kiosk: 'text',
    gate: 'text',
    node: 'text',
    connected_at: 'bigint',
    last_message_at: 'bigint',
    body: 'text',
  },
  // The node that a kiosk left never overwrites what its new node wrote.
  tail: `on conflict (kiosk) do update set node = excluded.node,
    connected_at = excluded.connected_at, last_message_at = excluded.last_message_at,
    body = excluded.body
    where coalesce(kiosk_state.connected_at, 0) <= coalesce(excluded.connected_at, 0)`,
};

/** Writes the kiosks' last reports, all new ones in one transaction; what can't be written now waits. */
export class StateWriter {
  readonly #store: Store;
  readonly #roster: Roster;
  readonly #telemetry: Telemetry;
  readonly #bus: FleetBus;
  readonly #log: Log;
  readonly #setAside: SetAside;
  readonly #dirty = new Set<string>();

  constructor(deps: {
    store: Store;
    roster: Roster;
    telemetry: Telemetry;
    bus: FleetBus;
    log: Log;
    setAside: SetAside;
  }) {
    this.#setAside = deps.setAside;
    this.#store = deps.store;
    this.#roster = deps.roster;
    this.#telemetry = deps.telemetry;
    this.#bus = deps.bus;
    this.#log = deps.log;
  }

  /** A gate's last report is new. */
  add(gate: string): void {
    this.#dirty.add(gate);
  }

  /** Another node writes its reports from now on. */
  forget(gate: string): void {
    this.#dirty.delete(gate);
  }

  /** Never throws: what could not be written now is written next time. */
  async flush(): Promise<void> {
    const gates = [...this.#dirty];
    this.#dirty.clear();
    const counts = this.#telemetry.takeCounts();
    const entries = gates.flatMap((id) => {
      const entry = this.#roster.get(id);
      return entry?.kiosk && entry.lastReport ? [entry] : [];
    });
    if (entries.length === 0 && counts.length === 0) {
      return;
    }
    try {
      await this.#write(entries, counts);
    } catch (error) {
      for (const id of gates) {
        this.#dirty.add(id);
      }
      this.#telemetry.giveBack(counts);
      this.#log.warn({ code: errorCode(error) }, 'reports are not written yet');
      return;
    }
    void this.#bus.emit('reportsWritten', { gates: entries.map(({ gate }) => gate.id) });
  }

  /** Together; or, where one row can't be written, each on its own. @throws faults of the store. */
  async #write(entries: readonly RosterGate[], counts: readonly PendingCount[]): Promise<void> {
    const byGate = new Map<string, { entry?: RosterGate; counts: PendingCount[] }>();
    for (const entry of entries) {
      byGate.set(entry.gate.id, { entry, counts: [] });
    }
    for (const count of counts) {
      const known = byGate.get(count.gate) ?? { counts: [] };
      known.counts.push(count);
      byGate.set(count.gate, known);
    }
    await this.#setAside.all(
      'reports',
      [...byGate],
      ([gate]) => gate,
      (some) =>
        this.#store.transaction(async (tx) => {
          const rows = some.flatMap(([, { entry }]) => (entry ? [toRow(entry)] : []));
          await this.#store.insertMany(tx, insertStates, rows);
          await this.#telemetry.writeCounts(
            tx,
            some.flatMap(([, one]) => one.counts),
          );
        }),
    );
  }
}

function toRow({ kiosk, gate, node, connectedAt, lastReport }: RosterGate): unknown[] {
  const at = lastReport?.at ?? 0;
  return [kiosk?.id, gate.id, node ?? null, connectedAt ?? null, at, JSON.stringify(lastReport)];
}
