/**
 * A kiosk in a process of its own, for the canary sweep: it receives key presses over IPC and reports its
 * phases. The parent searches its folder, log and core file afterwards.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { kioskConfigSchema } from '../../../device/config.ts';
import { startKiosk } from '../../../device/main.ts';
import type { Key } from '../../../hardware/ports.ts';
import { readPage } from '../../../scripts/launch/page-files.ts';

/** The argument of the process, as JSON. */
export interface SweepSetup {
  folder: string;
  camera: string[];
  frame: { width: number; height: number };
  url: string;
  keyFile: string;
  port: number;
}

/** What the kiosk reports whenever it changes. */
export interface SweepNews {
  phase: string;
  link: string;
  list: string;
  waiting: number;
}

const setup: SweepSetup = JSON.parse(process.argv[2] ?? '{}');
let press: (key: Key) => void = () => {};
let news: SweepNews = { phase: 'starting', link: 'opening', list: 'none', waiting: 0 };

function report(change: Partial<SweepNews>): void {
  news = { ...news, ...change };
  process.send?.(news);
}

await startKiosk(
  kioskConfigSchema.parse({
    link: { url: setup.url, kioskId: 'sweep', keyFile: setup.keyFile },
    session: { selfTestAtStart: false, receipt: 'printed', verdictMs: 60_000 },
    offline: { folder: join(setup.folder, 'offline') },
    hardware: {
      scanners: [{ driver: 'camera', command: setup.camera, ...setup.frame, format: 'gray' }],
      display: { driver: 'page', port: setup.port },
      indicator: { driver: 'simulated' },
      turnstile: { driver: 'simulated' },
      keypad: { driver: 'simulated' },
      speaker: { driver: 'simulated' },
      printer: { driver: 'simulated' },
    },
  }),
  {
    page: { assets: await readPage() },
    simulated: {
      signal: () => {},
      relay: () => {},
      keypad: (keypad) => {
        press = keypad;
      },
    },
    log: pino(
      { level: 'debug' },
      pino.destination({ dest: join(setup.folder, 'kiosk.log'), sync: true }),
    ),
    watcher: {
      reading: () => {},
      state: ({ phase, parts }) =>
        report({ phase: phase.name, link: parts.link, list: parts.list?.state ?? 'none' }),
      facts: (waiting) => report({ waiting }),
    },
  },
);
process.on('message', (key: Key) => press(key));
process.on('disconnect', () => process.exit(0));
report({});
