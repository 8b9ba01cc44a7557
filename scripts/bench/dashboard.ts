/**
 * The dashboard with 5,000 real link clients that run in another process: how soon an open page shows
 * that a scanner was unplugged, compared with how soon the server knows; and for how long at a time the
 * page blocks a browser. `npm run bench -- dashboard 500` runs fewer kiosks.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { newKey } from '../../device/link/identity.ts';
import { type App, createApp } from '../../server/app.ts';
import { commandLine } from '../../server/fleet/access/actor.ts';
import { GATES_AT_ONCE_MAX } from '../../server/fleet/places/gates.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { Store } from '../../server/store/store.ts';
import type { LiveChange } from '../../server/web/fleet/live-events.ts';
import { systemClock } from '../../shared/clock.ts';
import { bundleWeb } from '../build-web.ts';
import { DEMO_POLICY } from '../sample/demo-people.ts';
import { keepIdentities } from '../simulated-fleet/identities.ts';
import { simulateFleet } from '../simulated-fleet/simulate-fleet.ts';
import type { SimulatedIdentity } from '../simulated-fleet/simulated-kiosk.ts';
import { reportFrames } from './dashboard/frames.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { atMost } from './harness/goals.ts';

const KIOSKS = 5_000;
const PER_SITE = 250;
/** Pages that are open besides the one that is timed. */
const OTHER_PAGES = 20;
const TURNS = 30;
const GOAL_MS = 1_000;
/** Enough even on a busy machine. */
const ONLINE_WITHIN_MS = 240_000;
const AGENT = 'varco-bench';
const PART = 'scanner';

export async function run({ report, args }: BenchContext): Promise<void> {
  const kiosks = Number(args[0] ?? KIOSKS);
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-dashboard-'));
  const store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  const keyring = new Keyring(generateKeyringFile(0));
  const app = createApp({
    store,
    keyring,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    node: 'bench',
    host: 'varco.example.it',
    web: { assets: await bundleWeb() },
  });
  let child: ChildProcess | undefined;
  try {
    await app.start();
    await app.fleet.start();
    const url = await app.http.listen({ host: '127.0.0.1', port: 0 });
    const identities = await register(app, store, kiosks + 1, `${url.replace('http', 'ws')}/link`);
    const file = join(folder, 'identities.json');
    await keepIdentities(file, identities.slice(1));
    child = startSimulation(file, kiosks);
    await untilOnline(app, kiosks);
    const cookie = await logIn(app, store, keyring);
    const figures = await timed(app, identities.slice(0, 1), url, cookie);
    const server = sorted(figures.map(({ serverMs }) => serverMs));
    const page = sorted(figures.map(({ pageMs }) => pageMs));
    for (const { name, share, goalMs } of [
      { name: 'p50', share: 0.5 },
      { name: 'p99', share: 0.99, goalMs: GOAL_MS },
    ]) {
      const value = at(page, share);
      const baselineValue = at(server, share);
      report({
        metric: `a page has it, ${name}, ${kiosks} kiosks`,
        value,
        unit: 'ms',
        baseline: 'the server knows it',
        baselineValue,
        ratio: value / baselineValue,
        ...atMost(value, goalMs),
      });
    }
    await reportPages(report, url, cookie, kiosks);
    await reportFrames(report, { url, cookie, agent: AGENT, kiosks });
  } finally {
    child?.kill();
    await app.stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Registers sites, gates and kiosks with their keys, in bulk instead of enrolling each. */
async function register(
  app: App,
  store: Store,
  count: number,
  url: string,
): Promise<SimulatedIdentity[]> {
  const all = Array.from({ length: count }, (_, index) => ({
    id: `k-${String(index).padStart(5, '0')}`,
    site: `sede-${Math.floor(index / PER_SITE)}`,
    title: `Varco ${(index % PER_SITE) + 1}`,
    policy: DEMO_POLICY,
    key: newKey(),
  }));
  for (const site of new Set(all.map((one) => one.site))) {
    await app.fleet.sites.create(commandLine, { id: site, title: site });
  }
  for (let first = 0; first < count; first += GATES_AT_ONCE_MAX) {
    const some = all.slice(first, first + GATES_AT_ONCE_MAX).map(({ key: _, ...gate }) => gate);
    await app.fleet.gates.create(commandLine, some);
  }
  const columns = {
    id: 'text',
    public_key: 'text',
    gate: 'text',
    state: 'text',
    registered_at: 'bigint',
  } as const;
  const insert = { table: 'kiosk', columns } as const;
  const rows = all.map(({ id, key }) => [id, key.publicKey, id, 'accepted', 0]);
  await store.transaction((tx) => store.insertMany(tx, insert, rows));
  await app.fleet.state.reload();
  return all.map(({ id, key }) => ({ kioskId: id, privateKey: key.privateKey, url }));
}

function startSimulation(file: string, kiosks: number): ChildProcess {
  const main = fileURLToPath(new URL('../varco/main.ts', import.meta.url));
  const words = ['fleet', 'simulate', '--kiosks', String(kiosks), '--identities', file];
  return spawn(process.execPath, ['--import', 'tsx', main, ...words, '--no-faults'], {
    stdio: 'ignore',
  });
}

async function untilOnline(app: App, kiosks: number): Promise<void> {
  const end = performance.now() + ONLINE_WITHIN_MS;
  while (app.fleet.connected.size < kiosks) {
    if (performance.now() > end) {
      throw new Error(`only ${app.fleet.connected.size} of ${kiosks} kiosks are connected`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Logs a member of staff in and returns the value of the cookie header. */
async function logIn(app: App, store: Store, keyring: Keyring): Promise<string> {
  const identity = JSON.stringify({ name: 'Bench', email: 'bench@example.it' });
  await store.db
    .insertInto('staff_account')
    .values({
      id: 'bench',
      login_mac: null,
      identity_cipher: keyring.seal('staff.identity', identity),
      role: 'viewer',
      sites: '"all"',
      state: 'active',
      password: null,
      totp_cipher: null,
      totp_step: null,
      created_at: 0,
      updated_at: 0,
    })
    .execute();
  const arrival = { kind: 'staff', accountId: 'bench', assurance: 2 } as const;
  const { token } = await app.sessions.create(arrival, AGENT);
  return `varco-loopback=${token}`;
}

interface Timing {
  serverMs: number;
  pageMs: number;
}

/** Unplugs and plugs in one kiosk's scanner, and waits each time until an open page shows it. */
async function timed(
  app: App,
  identities: readonly SimulatedIdentity[],
  url: string,
  cookie: string,
): Promise<Timing[]> {
  const ends = await Promise.all(
    Array.from({ length: OTHER_PAGES }, () => openStream(url, cookie, () => {})),
  );
  const id = identities[0]?.kioskId ?? '';
  const page = new Observed<boolean>();
  const server = new Observed<boolean>();
  ends.push(
    await openStream(url, cookie, ({ rows }) => {
      const row = rows.find((one) => one.id === id);
      if (row) {
        page.set(row.faults.includes(PART));
      }
    }),
  );
  const unlisten = app.fleet.bus.on('viewChanged', 'bench', ({ gates }) => {
    if (gates.includes(id)) {
      server.set(app.fleet.rows([id])[0]?.faults.includes(PART) ?? false);
    }
  });
  const ready = page.is(false);
  const fleet = simulateFleet({ identities, rate: 0, seed: 1, clock: systemClock, faults: false });
  await ready;
  const [kiosk] = fleet.kiosks;
  const figures: Timing[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const pulled = turn % 2 === 0;
    const startedAt = performance.now();
    const seen = [server.is(pulled), page.is(pulled)] as const;
    if (pulled) {
      kiosk?.unplug(PART);
    } else {
      kiosk?.plugIn(PART);
    }
    const [serverMs, pageMs] = await Promise.all(
      seen.map((one) => one.then(() => performance.now() - startedAt)),
    );
    figures.push({ serverMs: serverMs ?? 0, pageMs: pageMs ?? 0 });
  }
  unlisten();
  fleet.stop();
  for (const end of ends) {
    end();
  }
  return figures;
}

/** A value whose changes can be awaited. */
class Observed<Value> {
  #waiting: { value: Value; resolve: () => void }[] = [];

  /** Resolves when it is next set to this value. */
  is(value: Value): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ value, resolve });
    });
  }

  set(value: Value): void {
    const reached = this.#waiting.filter((one) => one.value === value);
    this.#waiting = this.#waiting.filter((one) => one.value !== value);
    for (const { resolve } of reached) {
      resolve();
    }
  }
}

/** Reads a page's event stream as a browser does. @returns a function that closes it. */
async function openStream(
  url: string,
  cookie: string,
  onChange: (change: LiveChange) => void,
): Promise<() => void> {
  const stop = new AbortController();
  const headers = { cookie, 'user-agent': AGENT };
  const answer = await fetch(`${url}/fleet/events?rows=1`, { headers, signal: stop.signal });
  if (!answer.ok || !answer.body) {
    throw new Error(`the stream was refused: ${answer.status}`);
  }
  const read = async (body: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^event: change$/m.test(event) && /^data: (.*)$/m.exec(event)?.[1];
        if (data) {
          onChange(JSON.parse(data));
        }
      }
    }
  };
  read(answer.body).catch(() => {});
  return () => stop.abort();
}

/** How long the first page and the full table take to load, and their sizes. */
async function reportPages(
  report: BenchContext['report'],
  url: string,
  cookie: string,
  kiosks: number,
): Promise<void> {
  for (const [metric, path] of [
    ['the first page', '/fleet'],
    ['all rows', '/fleet/kiosks.json'],
  ] as const) {
    const times: number[] = [];
    let bytes = 0;
    for (let turn = 0; turn < 10; turn += 1) {
      const startedAt = performance.now();
      const answer = await fetch(url + path, { headers: { cookie, 'user-agent': AGENT } });
      bytes = (await answer.arrayBuffer()).byteLength;
      times.push(performance.now() - startedAt);
    }
    report({
      metric: `${metric}, ${kiosks} kiosks, p50`,
      value: at(sorted(times), 0.5),
      unit: 'ms',
    });
    report({ metric: `${metric}, ${kiosks} kiosks`, value: bytes / 1024, unit: 'KiB' });
  }
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((one, other) => one - other);
}

function at(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}
