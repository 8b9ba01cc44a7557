import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import type { KioskLink } from '../../device/link/kiosk-link.ts';
import type { Screen } from '../../device/session/screen.ts';
import type { Display } from '../../hardware/ports.ts';
import { encodeCredential } from '../../shared/credential/credential.ts';
import { buildPages } from '../build-pages.ts';
import { Follower } from '../demo/once.ts';
import { startWorld } from '../demo/world.ts';
import { readPage } from '../launch/page-files.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { BenchGate } from './kiosk/bench-gate.ts';
import { reportLatency } from './kiosk/latency.ts';

const MEMORY_SESSIONS = 10_000;
const IDLE_MS = 8_000;
const BUNDLE_BYTES_MAX = 60 << 10;

/**
 * The time from the last key to the closed relay and the painted verdict, online and offline; then memory
 * growth, the CPU of an idle kiosk, and the size of the page's bundle.
 */
export async function run(context: BenchContext): Promise<void> {
  await reportLatency(context);
  await reportMemory(context);
  await reportIdle(context);
  await reportBundle(context);
}

/** How much memory many complete sessions leave behind, with a link that answers at once. */
async function reportMemory(context: BenchContext) {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const code = encodeCredential(
    { id: randomBytes(16).toString('hex'), kind: 'status', issuedAt: 1 },
    { host: 'varco.example.it', keyId: '00000000', sign: (text) => sign(null, text, privateKey) },
  );
  const link: KioskLink = {
    start: (events) =>
      events.up({
        status: 'accepted',
        serverTime: Date.now(),
        intervalMs: 30_000,
        gate: { name: 'bench', policy: 'bench' },
        hosts: ['varco.example.it'],
        credentialKeys: [{ keyId: '00000000', publicKey: x }],
      }),
    stop: () => {},
    // The only call this gate makes is `Verify`.
    call: (async () => ({
      verdict: { outcome: 'denied', reason: 'notCovered' },
    })) as unknown as KioskLink['call'],
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
      await gate.prepare(code, 'RSSMRA80A01H501U');
      gate.press({ kind: 'confirm' });
      await gate.untilShown();
      gate.press({ kind: 'end' });
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  // The engine keeps compiling during the first few thousand sessions.
  const before = await heap(MEMORY_SESSIONS / 2);
  const after = await heap(MEMORY_SESSIONS);
  await gate.stop();
  context.report({
    metric: `heap grown in ${MEMORY_SESSIONS} whole sessions`,
    value: (after - before) / 1024,
    unit: 'KiB',
    goal: 'flat (≤ 512 KiB)',
    met: after - before <= 512 << 10,
  });
}

/** CPU of an idle kiosk with its camera at 15 fps; an upper bound, since the server runs in the process too. */
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
