import { Gauge, type Registry } from 'prom-client';
import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { WaitingMessages } from '../alerts/conditions.ts';
import { alertKinds, severities } from '../alerts/kinds.ts';
import type { FleetSummary } from '../view/kiosk-row.ts';

export interface GaugeDeps {
  store: Store;
  log: Log;
  node: string;
  version: string;
  /** Figures of the whole fleet. */
  summary: () => FleetSummary;
  /** Open alerts by kind. */
  openAlerts: () => ReadonlyMap<string, number>;
  /** Kiosks connected to this node. */
  sockets: () => number;
  /** Verifications that wait for the writer. */
  waiting: () => number;
  /** The outbox of messages to people. */
  messages: () => Promise<WaitingMessages>;
}

/** Figures of the fleet and this node, read when Prometheus asks. */
export function fleetGauges(registers: Registry[], deps: GaugeDeps): void {
  const { node, version, summary, openAlerts } = deps;
  new Gauge({
    name: 'varco_build_info',
    help: 'Always 1: which node and version this is',
    labelNames: ['node', 'version'],
    registers,
  }).set({ node, version }, 1);
  gauge(registers, 'varco_kiosk_sockets', 'Kiosks connected to this node', deps.sockets);
  gauge(
    registers,
    'varco_verifications_waiting',
    'Verifications waiting for the writer',
    deps.waiting,
  );
  new Gauge({
    name: 'varco_kiosks',
    help: 'Gates of the whole fleet, by how their kiosk is',
    labelNames: ['presence'],
    registers,
    collect() {
      for (const [presence, count] of Object.entries(summary().presence)) {
        this.set({ presence }, count);
      }
    },
  });
  gauge(
    registers,
    'varco_kiosks_drifted',
    'Kiosks that do not run what they are to run',
    () => summary().drift,
  );
  new Gauge({
    name: 'varco_alerts_open',
    help: 'Open alerts of the whole fleet',
    labelNames: ['kind', 'severity'],
    registers,
    collect() {
      const counts = openAlerts();
      for (const kind of alertKinds) {
        this.set({ kind, severity: severities[kind] }, counts.get(kind) ?? 0);
      }
    },
  });
}

/** What stands in the database, read when Prometheus asks. */
export function storeGauges(registers: Registry[], deps: GaugeDeps): void {
  const { store, log, node, messages } = deps;
  new Gauge({
    name: 'varco_audit_sequence',
    help: "The number of the last row in this node's audit chain",
    registers,
    async collect() {
      await unlessGone(async () => {
        const row = await store.db
          .selectFrom('audit_head')
          .select('sequence')
          .where('node', '=', node)
          .executeTakeFirst();
        this.set(row?.sequence ?? 0);
      });
    },
  });
  new Gauge({
    name: 'varco_store_up',
    help: '1 while the database answers',
    registers,
    async collect() {
      try {
        await store.db.selectFrom('lease').select('name').limit(1).execute();
        this.set(1);
      } catch (error) {
        log.warn({ code: errorCode(error) }, 'the database does not answer');
        this.set(0);
      }
    },
  });
  new Gauge({
    name: 'varco_messages',
    help: 'Messages to people that have not arrived: waiting to leave, or dead letters',
    labelNames: ['state'],
    registers,
    async collect() {
      await unlessGone(async () => {
        const { waiting: toLeave, dead } = await messages();
        this.set({ state: 'waiting' }, toLeave);
        this.set({ state: 'dead' }, dead);
      });
    },
  });
  new Gauge({
    name: 'varco_webhook_deliveries_waiting',
    help: 'Messages to webhooks that are not delivered yet',
    registers,
    async collect() {
      await unlessGone(async () => {
        const row = await store.db
          .selectFrom('webhook_delivery')
          .select(({ fn }) => fn.countAll<number>().as('waiting'))
          .where('state', '=', 'waiting')
          .executeTakeFirst();
        this.set(Number(row?.waiting ?? 0));
      });
    },
  });
}

/** A figure that can't be read now keeps its last value; `varco_store_up` says why. */
async function unlessGone(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch {
    // The other figures are worth reading all the same.
  }
}

function gauge(registers: Registry[], name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(value());
    },
  });
}
