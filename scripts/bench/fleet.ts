/**
 * The server's part of the dashboard, with 5,000 kiosks that report every 30 s: how long a kiosk's message
 * takes to reach an open page on its own node and on another one (PostgreSQL), and what the fleet costs
 * a node meanwhile.
 */
import { pino } from 'pino';
import { type App, createApp } from '../../server/app.ts';
import { thresholdsSchema } from '../../server/fleet/alerts/rules.ts';
import { AlertWatch } from '../../server/fleet/alerts/watch.ts';
import type { Kiosk } from '../../server/fleet/places/kiosks.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { Store } from '../../server/store/store.ts';
import { LiveHub } from '../../server/web/fleet/live-hub.ts';
import { systemClock } from '../../shared/clock.ts';
import { startPostgres } from '../launch/embedded-postgres.ts';
import { cyclic } from '../sample/cyclic.ts';
import { DEMO_POLICY } from '../sample/demo-people.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { atMost } from './harness/goals.ts';

const KIOSKS = 5_000;
const SITES = 50;
const INTERVAL_MS = 30_000;
const FACTS = 100;
const GOAL_MS = 1_000;

const administrator = {
  id: 'bench',
  name: 'bench',
  role: 'administrator',
  sites: 'all',
} as const;
const keyring = new Keyring(generateKeyringFile(0));
const log = pino({ level: 'silent' });
const ready = { state: 'ready' } as const;
const whole = {
  state: 'inService',
  peripherals: { scanner: ready, keypad: ready, display: ready, turnstile: ready },
  machine: { cpuTemperatureC: 50, disk: { totalBytes: 32e9, availableBytes: 20e9 } },
  offline: { list: 'usable', listAgeMs: 60_000, factsWaiting: 0, factsQuarantined: 0 },
} as const;

export async function run(context: BenchContext): Promise<void> {
  const postgres = await startPostgres();
  const url = await postgres.createDatabase();
  const stores = [await openStore(url), await openStore(url)] as const;
  const node = (store: Store, name: string) =>
    createApp({ store, keyring, clock: systemClock, log, node: name, host: 'bench.it' });
  const [own, other] = [node(stores[0], 'n0'), node(stores[1], 'n1')];
  try {
    await own.start();
    await other.start();
    const kiosks = await populate(own, stores[0]);
    await own.fleet.start();
    await other.fleet.start();
    connect(own, kiosks);
    await own.fleet.state.settle();
    const load = heartbeats(own, kiosks);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    report(context, 'fact to page, own node', await latencies(own, own, kiosks));
    report(context, 'fact to page, another node', await latencies(own, other, kiosks));
    const cost = load.stop();
    context.report({ metric: 'CPU per heartbeat, all of it', value: cost, unit: 'µs' });
    await looks(context, own);
  } finally {
    await Promise.all([own.stop(), other.stop()]);
    await Promise.all(stores.map((store) => store.close()));
    await postgres.stop();
  }
}

async function populate(app: App, store: Store): Promise<Kiosk[]> {
  for (let site = 0; site < SITES; site += 1) {
    await app.fleet.sites.create(administrator, { id: `site-${site}`, title: `Site ${site}` });
  }
  const ids = Array.from({ length: KIOSKS }, (_, index) => `gate-${index}`);
  const gates = ids.map((id, index) => ({
    id,
    site: `site-${index % SITES}`,
    title: `Gate ${index}`,
    policy: DEMO_POLICY,
    tags: [`line-${index % 7}`],
  }));
  for (let first = 0; first < KIOSKS; first += 1_000) {
    await app.fleet.gates.create(administrator, gates.slice(first, first + 1_000));
  }
  const columns = {
    id: 'text',
    public_key: 'text',
    gate: 'text',
    state: 'text',
    registered_at: 'bigint',
  } as const;
  await store.transaction((tx) =>
    store.insertMany(
      tx,
      { table: 'kiosk', columns },
      ids.map((id) => [`${id}.1`, 'key', id, 'accepted', 0]),
    ),
  );
  return gates.map(({ id, site, title, policy }) => ({
    id: `${id}.1`,
    publicKey: 'key',
    gate: title,
    site,
    policy,
  }));
}

/** Every kiosk connects, boots and reports once. */
function connect(app: App, kiosks: readonly Kiosk[]): void {
  kiosks.forEach((kiosk, connection) => {
    app.fleet.state.connected(kiosk, { connection, address: '127.0.0.1' });
    app.fleet.state.booted(kiosk, { software: 'bench', startedAt: 0 });
    app.fleet.state.status(kiosk, whole);
  });
}

/** All kiosks send heartbeats, spread evenly over the interval; `stop` returns the CPU time of one in µs. */
function heartbeats(app: App, kiosks: readonly Kiosk[]): { stop(): number } {
  const startedAt = performance.now();
  const cpuAt = process.cpuUsage();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / INTERVAL_MS) * KIOSKS);
    for (; sent < due; sent += 1) {
      app.fleet.state.status(cyclic(kiosks, sent), { partial: true });
    }
  }, 20);
  return {
    stop() {
      clearInterval(timer);
      const { user, system } = process.cpuUsage(cpuAt);
      return (user + system) / sent;
    },
  };
}

/** How long it takes until a page at one node shows that a scanner was lost or found at another. */
async function latencies(from: App, to: App, kiosks: readonly Kiosk[]): Promise<number[]> {
  const hub = new LiveHub({
    alertsBesideGates: () => 0,
    readRows: async (ids) => to.fleet.rows(ids),
    clock: systemClock,
    log,
    run: 'bench',
  });
  await hub.start();
  const stop = to.fleet.bus.on('viewChanged', 'bench', ({ gates }) => hub.touch(gates));
  const times: number[] = [];
  for (let fact = 0; fact < FACTS; fact += 1) {
    const kiosk = cyclic(kiosks, fact * 37);
    const gate = kiosk.id.slice(0, -2);
    const isLost = to.fleet.rows([gate])[0]?.faults.length === 0;
    const seen = new Promise<void>((resolve) => {
      const unlisten = hub.listen('all', ({ rows }) => {
        if (rows.some((row) => row.id === gate && row.faults.length > 0 === isLost)) {
          unlisten();
          resolve();
        }
      });
    });
    const at = performance.now();
    const scanner = isLost ? ({ state: 'lost' } as const) : ready;
    from.fleet.state.status(kiosk, { partial: true, peripherals: { scanner } });
    await seen;
    times.push(performance.now() - at);
  }
  stop();
  hub.stop();
  return times.sort((one, two) => one - two);
}

function report(context: BenchContext, metric: string, times: readonly number[]): void {
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  context.report({ metric: `${metric}, p50`, value: at(0.5), unit: 'ms' });
  const worst = at(0.99);
  context.report({
    metric: `${metric}, p99`,
    value: worst,
    unit: 'ms',
    ...atMost(worst, GOAL_MS),
  });
}

/** What one pass over the whole fleet costs: the rows of the table, and the conditions of alerts. */
async function looks(context: BenchContext, app: App): Promise<void> {
  const watch = new AlertWatch(thresholdsSchema.parse({}));
  const measure = (metric: string, work: () => unknown) => {
    work();
    const from = process.cpuUsage();
    for (let turn = 0; turn < 20; turn += 1) {
      work();
    }
    const { user, system } = process.cpuUsage(from);
    context.report({ metric, value: (user + system) / 20_000, unit: 'ms CPU' });
  };
  measure('rows of the whole fleet', () => app.fleet.rows());
  measure('one look of the alerts', () =>
    watch.check({ gates: app.fleet.roster.gates(), hours: new Map(), expiries: [] }, Date.now()),
  );
}
