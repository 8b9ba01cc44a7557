import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { kioskConfigSchema } from '../../../device/config.ts';
import { Link } from '../../../device/link/link.ts';
import { nodeScrypt } from '../../../device/list/node-crypto.ts';
import { PageDisplay } from '../../../hardware/display/page.ts';
import { systemClock } from '../../../shared/clock.ts';
import { deriveEntry, fullCost } from '../../../shared/offline-list/entry-key.ts';
import { buildPages } from '../../build-pages.ts';
import { NetworkSwitch } from '../../demo/network-switch.ts';
import { type DemoService, startService } from '../../demo/service.ts';
import { findChromium, launchChromium } from '../../launch/chromium.ts';
import { readPage } from '../../launch/page-files.ts';
import { portOf } from '../../launch/port-of.ts';
import type { BenchContext } from '../harness/bench-context.ts';
import { atMost } from '../harness/goals.ts';
import { BenchGate } from './bench-gate.ts';

const WARM_UP = 30;
const ONLINE_SESSIONS = 300;
const OFFLINE_SESSIONS = 100;
const GOAL_BEYOND_WIRE_MS = 50;

/** Of each session, in milliseconds from the last key. */
interface Times {
  relay: number[];
  painted: number[];
}

/**
 * The time from the last key to the closed relay and to the verdict painted by a real Chromium, with the
 * real link and server on loopback, online and offline.
 */
export async function reportLatency(context: BenchContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const service = await startService({ folder, kioskId: 'bench', publicKey, offline: true });
    undo.push(() => service.end());
    await service.listVersion();
    const network = new NetworkSwitch(Number(new URL(service.url).port));
    const address = new URL(service.linkUrl);
    address.port = String(await network.start());
    undo.push(() => network.stop());
    const { gate, url } = await openGate(folder, address.href, (message) =>
      sign(null, message, privateKey),
    );
    undo.push(() => gate.stop());
    const browser = await launchChromium(await findChromium(folder));
    undo.push(() => browser.close());
    await (await browser.newPage()).goto(url);
    await Promise.all([gate.untilLink('up'), gate.untilList()]);
    const wire = await bareRoundTrips();
    const online = await sessions(gate, url, service, ONLINE_SESSIONS);
    network.cut();
    await gate.untilLink('down');
    const offline = await sessions(gate, url, service, OFFLINE_SESSIONS);
    const derivation = await derivations();
    report(context, 'online', online, {
      name: 'bare ws round trip',
      values: wire,
      beyondMs: GOAL_BEYOND_WIRE_MS,
    });
    report(context, 'offline', offline, { name: 'the list’s key derivation', values: derivation });
  } finally {
    for (const step of undo.reverse()) {
      await step();
    }
  }
}

async function openGate(folder: string, url: string, sign: (message: Uint8Array) => Uint8Array) {
  await buildPages();
  let pageUrl = '';
  const display = new PageDisplay(
    { driver: 'page', port: 0 },
    { assets: await readPage(), clock: systemClock, ready: (at) => (pageUrl = at) },
  );
  const config = kioskConfigSchema.parse({
    link: { url, kioskId: 'bench', keyFile: '-' },
    offline: { folder: join(folder, 'offline') },
    hardware: {},
  });
  const link = new Link({
    url,
    identity: { kioskId: 'bench', sign },
    software: 'bench',
    clock: systemClock,
    random: Math.random,
    status: () => ({ state: 'inService', peripherals: {} }),
  });
  const gate = new BenchGate(link, display, config.offline);
  await gate.start();
  return { gate, url: pageUrl };
}

async function sessions(
  gate: BenchGate,
  url: string,
  service: DemoService,
  count: number,
): Promise<Times> {
  const [person] = service.people;
  const times: Times = { relay: [], painted: [] };
  // A second client learns the number of the screen with the verdict; the browser reports what it painted.
  const page = new WebSocket(`${url.replace('http', 'ws')}screen`, {
    origin: url.replace(/\/$/, ''),
  });
  let shown: (sequence: number) => void = () => {};
  page.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.screen?.name === 'showing') {
      shown(message.sequence);
    }
  });
  await once(page, 'open');
  try {
    for (let index = 0; index < WARM_UP + count; index += 1) {
      await gate.prepare(person?.credential ?? '', person?.codiceFiscale ?? '');
      const isCounted = index >= WARM_UP;
      const start = performance.now();
      const note = (to: number[]) => isCounted && to.push(performance.now() - start);
      const closed = new Promise<void>((resolve) => (gate.relay = resolve)).then(() =>
        note(times.relay),
      );
      const painted = new Promise<void>((resolve) => {
        let awaited = Number.POSITIVE_INFINITY;
        let last = -1;
        const look = () => last >= awaited && resolve();
        shown = (sequence) => {
          awaited = sequence;
          look();
        };
        gate.painted = (sequence) => {
          last = Math.max(last, sequence);
          look();
        };
      }).then(() => note(times.painted));
      gate.press({ kind: 'confirm' });
      await Promise.all([closed, painted]);
      gate.press({ kind: 'end' });
    }
  } finally {
    page.terminate();
  }
  return times;
}

interface Baseline {
  name: string;
  values: readonly number[];
  /** Greatest p99 beyond the baseline, in milliseconds. */
  beyondMs?: number;
}

function report(context: BenchContext, way: string, times: Times, baseline: Baseline): void {
  for (const [what, values] of [
    ['relay closed', times.relay],
    ['verdict painted', times.painted],
  ] as const) {
    for (const part of [0.5, 0.99]) {
      const value = at(values, part);
      const baselineValue = at(baseline.values, part);
      const { beyondMs } = baseline;
      context.report({
        metric: `last key to ${what}, ${way}, p${part * 100}`,
        value,
        unit: 'ms',
        baseline: baseline.name,
        baselineValue,
        ratio: value / baselineValue,
        ...atMost(
          value - baselineValue,
          part === 0.99 ? beyondMs : undefined,
          `≤ ${beyondMs} ms beyond the wire`,
        ),
      });
    }
  }
}

function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

/** As many round trips to an echo server, with messages of a verification's size. */
async function bareRoundTrips(): Promise<number[]> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(server)}`);
  await once(socket, 'open');
  const times: number[] = [];
  for (let index = 0; index < WARM_UP + ONLINE_SESSIONS; index += 1) {
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

/** What every offline answer waits for: deriving its entry's key, at the cost of a real list. */
async function derivations(): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < OFFLINE_SESSIONS; index += 1) {
    const start = performance.now();
    await deriveEntry('RSSMRA85T10A562S', '0'.repeat(32), fullCost, nodeScrypt);
    times.push(performance.now() - start);
  }
  return times;
}
