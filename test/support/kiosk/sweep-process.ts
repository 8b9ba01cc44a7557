/**
 * A kiosk in a process of its own, for the canary sweep: it is told over IPC to press keys, and tells
 * each phase. Its temporary folder, log and core file are where the parent looks afterwards.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { kioskConfigSchema } from '../../../device/config.ts';
import { startKiosk } from '../../../device/main.ts';
import type { Key } from '../../../hardware/ports.ts';

interface Setup {
  folder: string;
  camera: string[];
  frame: { width: number; height: number };
  url: string;
  keyFile: string;
}

const setup: Setup = JSON.parse(process.argv[2] ?? '{}');
let press: (key: Key) => void = () => {};
await startKiosk(
  kioskConfigSchema.parse({
    link: { url: setup.url, kioskId: 'sweep', keyFile: setup.keyFile },
    session: { selfTestAtStart: false, receipt: 'printed', verdictMs: 60_000 },
    hardware: {
      scanners: [{ driver: 'camera', command: setup.camera, ...setup.frame, format: 'gray' }],
      display: { driver: 'page', port: 0 },
      indicator: { driver: 'simulated' },
      turnstile: { driver: 'simulated' },
      keypad: { driver: 'simulated' },
      speaker: { driver: 'simulated' },
      printer: { driver: 'simulated' },
    },
  }),
  {
    page: { assets: [] },
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
    watcher: { reading: () => {}, state: ({ phase }) => process.send?.(phase.name) },
  },
);
process.on('message', (key: Key) => press(key));
process.on('disconnect', () => process.exit(0));
process.send?.('started');
