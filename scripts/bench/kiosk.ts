import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { WebSocket, WebSocketServer } from 'ws';
import { sessionConfigSchema } from '../../device/config.ts';
import { Kiosk } from '../../device/kiosk.ts';
import type { KioskLink } from '../../device/kiosk-options.ts';
import { Link } from '../../device/link/link.ts';
import type { Screen } from '../../device/session/screen.ts';
import { PageDisplay } from '../../hardware/display/page.ts';
import type { Display, Key, Scanner, ScannerEvents } from '../../hardware/ports.ts';
import { SimulatedIndicator, SimulatedTurnstile } from '../../hardware/simulated/gate.ts';
import { SimulatedKeypad } from '../../hardware/simulated/keypad.ts';
import { systemClock } from '../../shared/clock.ts';
import { newRequestId } from '../../shared/request-id.ts';
import { buildPages } from '../build-pages.ts';
import { Follower } from '../demo/once.ts';
import { type DemoService, startService } from '../demo/service.ts';
import { startWorld } from '../demo/world.ts';
import { readPage } from '../varco/page-files.ts';
import type { BenchContext } from './context.ts';

const WARM_UP = 50;
const SESSIONS = 500;
const MEMORY_SESSIONS = 10_000;
const IDLE_MS = 8_000;
const GOAL_BEYOND_WIRE_MS = 50;
const BUNDLE_BYTES_MAX = 60 << 10;

/**
 * From the last key to the relay closed and to the screen at the page, over the real link and server on
 * loopback; the page's own painting is not in it. Then memory, the idle kiosk's CPU, the page's bundle.
 */
export async function run(context: BenchContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const service = await startService({ folder, kioskId: 'bench', publicKey, offline: false });
  try {
    const link = new Link({
      url: service.linkUrl,
      identity: { kioskId: 'bench', sign: (message) => sign(null, message, privateKey) },
      software: 'bench',
      clock: systemClock,
      random: Math.random,
      status: () => ({ state: 'inService', peripherals: {} }),
    });
    await reportLatency(context, link, service);
  } finally {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
  await reportMemory(context);
  await reportIdle(context);
  await reportBundle(context);
}

/** A kiosk whose scanner and keypad are pressed from here. */
class BenchGate {
  readonly #keypad = new SimulatedKeypad(systemClock);
  readonly #follower = new Follower();
  #scanner: ScannerEvents | undefined;
  readonly #kiosk: Kiosk;
  relay: () => void = () => {};

  constructor(link: KioskLink, display: Display<Screen>) {
    const scanner: Scanner = {
      start: async (events) => {
        this.#scanner = events;
        events.health({ state: 'ready', since: 0 });
      },
      stop: async () => {},
      expect: () => {},
    };
    this.#kiosk = new Kiosk({
      ports: {
        scanner,
        keypad: this.#keypad,
        display,
        indicator: new SimulatedIndicator(systemClock),
        turnstile: new SimulatedTurnstile(systemClock, (state) => {
          this.#follower.relay(state);
          if (state === 'open') {
            this.relay();
          }
        }),
      },
      link,
      session: { ...sessionConfigSchema.parse({ pulseMs: 50 }), selfTestAtStart: false },
      clock: systemClock,
      newRequestId: () => newRequestId(Date.now(), randomBytes),
      log: { info: () => {}, warn: () => {} },
      watcher: this.#follower,
    });
  }

  start(): Promise<void> {
    return this.#kiosk.start();
  }

  stop(): Promise<void> {
    return this.#kiosk.stop();
  }

  press(key: Key): void {
    this.#keypad.press(key);
  }

  /** Somebody is read and has typed all but the last key. */
  async prepare(credential: string, code: string): Promise<void> {
    await this.#follower.untilReady();
    this.#scanner?.reading({ text: credential, symbology: 'qr', source: 'bench', at: 0 });
    this.#keypad.type(code);
  }
}

async function reportLatency(context: BenchContext, link: Link, service: DemoService) {
  let url = '';
  const display = new PageDisplay(
    { driver: 'page', port: 0 },
    { assets: [], clock: systemClock, ready: (at) => (url = at) },
  );
  const gate = new BenchGate(link, display as Display<Screen>);
  await gate.start();
  const page = new WebSocket(`${url.replace('http', 'ws')}screen`, {
    origin: url.replace(/\/$/, ''),
  });
  await once(page, 'open');
  let shown: () => void = () => {};
  page.on('message', (data) => String(data).includes('"name":"showing"') && shown());
  const wire = await bareRoundTrips();
  const relayMs: number[] = [];
  const pageMs: number[] = [];
  const [person] = service.people;
  try {
    for (let index = 0; index < WARM_UP + SESSIONS; index += 1) {
      await gate.prepare(person?.credential ?? '', person?.codiceFiscale ?? '');
      const start = performance.now();
      const closed = new Promise<void>((resolve) => (gate.relay = resolve)).then(() =>
        index < WARM_UP ? 0 : relayMs.push(performance.now() - start),
      );
      const seen = new Promise<void>((resolve) => (shown = resolve)).then(() =>
        index < WARM_UP ? 0 : pageMs.push(performance.now() - start),
      );
      gate.press({ kind: 'confirm' });
      await Promise.all([closed, seen]);
      gate.press({ kind: 'end' });
    }
  } finally {
    page.terminate();
    await gate.stop();
  }
  for (const [name, values] of [
    ['relay closed', relayMs],
    ['verdict at the page', pageMs],
  ] as const) {
    reportPercentiles(context, name, values, wire);
  }
}

function reportPercentiles(
  context: BenchContext,
  name: string,
  values: readonly number[],
  wire: readonly number[],
) {
  for (const part of [0.5, 0.99]) {
    const value = at(values, part);
    const baselineValue = at(wire, part);
    context.report({
      metric: `last key to ${name}, online, p${part * 100}`,
      value,
      unit: 'ms',
      baseline: 'bare ws round trip',
      baselineValue,
      ratio: value / baselineValue,
      ...(part === 0.99
        ? {
            goal: `≤ ${GOAL_BEYOND_WIRE_MS} ms beyond the wire`,
            met: value - baselineValue <= GOAL_BEYOND_WIRE_MS,
          }
        : {}),
    });
  }
}

function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

/** A message of a verification's size to an echo and back, as often. */
async function bareRoundTrips(): Promise<number[]> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(socket, 'open');
  const times: number[] = [];
  for (let index = 0; index < WARM_UP + SESSIONS; index += 1) {
    const start = performance.now();
    const back = once(socket, 'message');
    socket.send('x'.repeat(180));
    await back;
    if (index >= WARM_UP) {
      times.push(performance.now() - start);
    }
  }
  socket.terminate();
  await new Promise((resolve) => server.close(resolve));
  return times;
}

/** The kiosk alone, with a link that answers at once: what stays after many sessions. */
async function reportMemory(context: BenchContext) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const link: KioskLink = {
    start: (events) => events.down('none'),
    stop: () => {},
    verify: () => Promise.reject(new Error('never asked')),
    call: () => Promise.reject(new Error('never asked')),
  };
  const display: Display<Screen> = {
    start: async () => {},
    stop: async () => {},
    show: () => {},
  };
  const gate = new BenchGate(link, display);
  await gate.start();
  const heap = async (sessions: number) => {
    for (let index = 0; index < sessions; index += 1) {
      await gate.prepare('HTTPS://ALTROVE.EXAMPLE/V/1', 'RSSMRA80A01H501U');
      gate.press({ kind: 'end' });
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await heap(MEMORY_SESSIONS / 10);
  const after = await heap(MEMORY_SESSIONS);
  await gate.stop();
  context.report({
    metric: `heap grown in ${MEMORY_SESSIONS} sessions of refused codes`,
    value: (after - before) / 1024,
    unit: 'KiB',
    goal: 'flat (≤ 512 KiB)',
    met: after - before <= 512 << 10,
  });
}

/** The idle kiosk with its camera at 15 fps; server and scene live in the same process, so it is an upper bound. */
async function reportIdle(context: BenchContext) {
  const follower = new Follower();
  const world = await startWorld({ watcher: follower, assets: [], port: 0, seed: 1 });
  try {
    await follower.untilReady();
    const before = process.cpuUsage();
    const start = performance.now();
    await delay(IDLE_MS);
    const { user, system } = process.cpuUsage(before);
    const part = (user + system) / 1_000 / (performance.now() - start);
    context.report({
      metric: 'idle kiosk, camera at 15 fps',
      value: part * 100,
      unit: '% of a core',
    });
  } finally {
    await world.stop();
  }
}

async function reportBundle(context: BenchContext) {
  await buildPages();
  const script = (await readPage()).find(({ path }) => path === '/page.js');
  const bytes = gzipSync(script?.body ?? '').length;
  context.report({
    metric: "page's bundle, gzip",
    value: bytes / 1024,
    unit: 'KiB',
    goal: '≤ 60 KiB',
    met: bytes <= BUNDLE_BYTES_MAX,
  });
}
