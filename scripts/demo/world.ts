import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { WebSocket } from 'ws';
import { kioskConfigSchema } from '../../device/config.ts';
import type { KioskWatcher } from '../../device/kiosk-options.ts';
import { type RunningKiosk, startKiosk } from '../../device/main.ts';
import type { PageAsset } from '../../hardware/display/page.ts';
import type { SimulatedHooks } from '../../hardware/drivers.ts';
import type { Key, Signal } from '../../hardware/ports.ts';
import type { SpeakerWatch } from '../../hardware/simulated/voice.ts';
import type { IssuedPerson } from '../sample/issued-person.ts';
import type { DemoAddition } from './addition.ts';
import { NetworkSwitch } from './network-switch.ts';
import { type DemoService, startService } from './service.ts';
import { Stage } from './stage.ts';
import { FRAME } from './tray-messages.ts';

/** Receives the events of a world. */
export interface WorldWatcher extends KioskWatcher {
  signal(signal: Signal): void;
  relay(relay: 'open' | 'shut'): void;
}

export interface WorldOptions {
  watcher: WorldWatcher;
  assets: readonly PageAsset[];
  sockets?: Readonly<Record<string, (socket: WebSocket) => void>>;
  port: number;
  seed: number;
  /** Receives what the speaker says; without it the kiosk has no voice. */
  speaker?: SpeakerWatch;
  session?: Record<string, number | string | boolean>;
  /** Whether the kiosk has an offline list, and the network between it and the server can be cut. */
  offline?: boolean;
  /** Whether the kiosk starts without an identity, to be enrolled with a code. */
  enrols?: boolean;
  /** What runs beside the server; without it the server has no pages. */
  visit?: readonly DemoAddition[];
}

/** A server, a kiosk and its surroundings, all in one temporary folder. */
export interface World {
  folder: string;
  people: IssuedPerson[];
  service: DemoService;
  stage: Stage;
  /** Undefined if the kiosk is connected directly to the server. */
  network: NetworkSwitch | undefined;
  /** Whether the kiosk started without an identity. */
  enrols: boolean;
  pageUrl: string;
  press(key: Key): void;
  /** Resolves when the kiosk has the server's current list; only with `offline`. */
  listReady(): Promise<void>;
  /** Plugs the headset in, or unplugs it. */
  plug(plugged: boolean): void;
  stop(): Promise<void>;
}

/** How often to check whether the kiosk has the list. */
const LOOK_AGAIN_MS = 50;
const KIOSK_ID = 'demo-kiosk';
const cameraProcess = fileURLToPath(
  new URL('../../hardware/simulated/camera-process.ts', import.meta.url),
);

/** Starts everything; a failure on the way leaves nothing behind. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-demo-'));
  // For a process that exits without stop().
  const sweep = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', sweep);
  const undo: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) {
      await step();
    }
    process.removeListener('exit', sweep);
  };
  try {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const keyFile = join(folder, 'kiosk.key');
    await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const { offline = false, enrols = false } = options;
    const service = await startService({
      folder,
      kioskId: enrols ? undefined : KIOSK_ID,
      publicKey,
      offline,
      visit: options.visit,
    });
    undo.push(() => service.end());
    // A kiosk to be enrolled connects to the address in its code, which no switch can be put before.
    const network =
      offline && !enrols ? new NetworkSwitch(Number(new URL(service.url).port)) : undefined;
    const link = new URL(service.linkUrl);
    if (network) {
      link.port = String(await network.start());
      undo.push(() => network.stop());
    }
    const stage = new Stage(join(folder, 'camera.sock'), options.seed);
    await stage.start();
    undo.push(() => stage.stop());
    let press: (key: Key) => void = () => {};
    let plug: (plugged: boolean) => void = () => {};
    const peripherals: Peripherals = {
      keypad(keypad) {
        press = keypad;
      },
      headset(headset) {
        plug = headset;
      },
    };
    const kiosk = await openKiosk(options, { folder, keyFile, url: link.href }, peripherals);
    undo.push(() => kiosk.stop());
    return {
      folder,
      people: service.people,
      service,
      stage,
      network,
      enrols,
      pageUrl: kiosk.pageUrl ?? '',
      press: (key) => press(key),
      async listReady() {
        const newest = await service.listVersion();
        while ((kiosk.listVersion() ?? -1) < newest) {
          await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        }
      },
      plug: (plugged) => plug(plugged),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Peripherals = Required<Pick<SimulatedHooks, 'keypad' | 'headset'>>;

function openKiosk(
  options: WorldOptions,
  place: { folder: string; keyFile: string; url: string },
  peripherals: Peripherals,
): Promise<RunningKiosk> {
  const voice = options.speaker ? { driver: 'simulated' } : undefined;
  const config = kioskConfigSchema.parse({
    link: options.enrols
      ? { folder: join(place.folder, 'kiosk') }
      : { url: place.url, kioskId: KIOSK_ID, keyFile: place.keyFile },
    session: { selfTestAtStart: false, ...options.session },
    offline: options.offline ? { folder: join(place.folder, 'offline') } : undefined,
    hardware: {
      scanners: [
        {
          driver: 'camera',
          command: [
            process.execPath,
            '--import',
            'tsx',
            cameraProcess,
            join(place.folder, 'camera.sock'),
          ],
          ...FRAME,
          format: 'gray',
        },
      ],
      display: { driver: 'page', port: options.port },
      indicator: { driver: 'simulated' },
      turnstile: { driver: 'simulated' },
      keypad: { driver: 'simulated' },
      speaker: voice,
      headset: voice,
    },
  });
  const { watcher, assets, sockets = {} } = options;
  return startKiosk(config, {
    page: { assets, sockets },
    simulated: {
      signal: (signal) => watcher.signal(signal),
      relay: (relay) => watcher.relay(relay),
      ...peripherals,
      speaker: options.speaker,
    },
    log: pino({ level: 'info' }, pino.destination(join(place.folder, 'kiosk.log'))),
    watcher,
  });
}
