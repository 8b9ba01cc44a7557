import type { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import { VarcoError } from '../shared/errors.ts';
import type { PageDisplayDeps } from './display/page.ts';
import { BoardPool } from './firmata/board-pool.ts';
import type {
  Display,
  Headset,
  Indicator,
  Key,
  Keypad,
  PrintedReceipt,
  Printer,
  Scanner,
  Signal,
  Speaker,
  Symbology,
  Turnstile,
} from './ports.ts';
import { ScannerSet } from './scanner/scanner-set.ts';
import { simulatedConfigSchema } from './simulated/config.ts';
import type { SpeakerWatch } from './simulated/voice.ts';

/** What the simulated drivers tell a script or the demo. */
export interface SimulatedHooks {
  signal(signal: Signal): void;
  relay(state: 'open' | 'shut'): void;
  /** Called once with the means to press keys. */
  keypad(press: (key: Key) => void): void;
  speaker?: SpeakerWatch;
  /** Called once with the means to plug a headset in and out. */
  headset?(plug: (plugged: boolean) => void): void;
  printed?(receipt: PrintedReceipt): void;
}

/** What drivers are handed. */
export interface HardwareDeps {
  clock: Clock;
  random: () => number;
  /** Whether a text that was read proves itself, by a signature or a check character. */
  proves?: (text: string, symbology: Symbology) => boolean;
  page: Omit<PageDisplayDeps, 'clock'>;
  simulated?: SimulatedHooks;
}

/** What a driver is handed: the same, and the boards that several drivers share. */
interface DriverDeps extends HardwareDeps {
  boards: BoardPool;
}

/** The kiosk's hands and eyes, opened but not started. */
export interface Hardware {
  scanner: Scanner;
  display: Display;
  indicator: Indicator;
  turnstile: Turnstile;
  keypad?: Keypad;
  speaker?: Speaker;
  /** Signals as sounds, beside the lamps. */
  sounds?: Indicator;
  headset?: Headset;
  printer?: Printer;
}

/** A driver as its module offers it: the schema of its config, and how it is opened. */
interface Driver<Port> {
  schema: z.ZodType;
  open(config: never, deps: DriverDeps): Port | Promise<Port>;
}

function driver<Schema extends z.ZodType, Port>(
  schema: Schema,
  open: (config: z.infer<Schema>, deps: DriverDeps) => Port | Promise<Port>,
): Driver<Port> {
  return { schema, open };
}

type Drivers<Port> = Readonly<Record<string, () => Promise<Driver<Port>>>>;

const scanners: Drivers<Scanner> = {
  camera: async () => {
    const { cameraConfigSchema } = await import('./scanner/camera-config.ts');
    const { openCamera } = await import('./scanner/camera.ts');
    const { TorchCamera } = await import('./scanner/torch.ts');
    return driver(cameraConfigSchema, (config, deps) =>
      config.torch
        ? new TorchCamera(config.torch, deps, (torch) => openCamera(config, { ...deps, torch }))
        : openCamera(config, deps),
    );
  },
  'hid-pos': async () => {
    const { hidPosConfigSchema, openHidPos } = await import('./scanner/hid.ts');
    return driver(hidPosConfigSchema, openHidPos);
  },
  'hid-keyboard': async () => {
    const { hidKeyboardConfigSchema, openHidKeyboard } = await import('./scanner/hid.ts');
    return driver(hidKeyboardConfigSchema, openHidKeyboard);
  },
  serial: async () => {
    const { openSerialScanner, serialScannerConfigSchema } = await import('./scanner/serial.ts');
    return driver(serialScannerConfigSchema, openSerialScanner);
  },
};

const displays: Drivers<Display> = {
  page: async () => {
    const { PageDisplay, pageDisplayConfigSchema } = await import('./display/page.ts');
    return driver(
      pageDisplayConfigSchema,
      (config, { page, clock }) => new PageDisplay(config, { ...page, clock }),
    );
  },
  'character-lcd': async () => {
    const lcd = await import('./display/character-lcd.ts');
    return driver(lcd.characterLcdConfigSchema, lcd.openCharacterLcd);
  },
};

const keypads: Drivers<Keypad> = {
  'gpio-keypad': async () => {
    const matrix = await import('./keypad/gpio-matrix.ts');
    return driver(matrix.gpioKeypadConfigSchema, matrix.openGpioKeypad);
  },
  'hid-keypad': async () => {
    const pad = await import('./keypad/hid-keypad.ts');
    return driver(pad.hidKeypadConfigSchema, pad.openHidKeypad);
  },
  simulated: async () => {
    const { SimulatedKeypad } = await import('./simulated/keypad.ts');
    return driver(simulatedConfigSchema, (_config, { clock, simulated }) => {
      const keypad = new SimulatedKeypad(clock);
      simulated?.keypad((key) => keypad.press(key));
      return keypad;
    });
  },
};

const indicators: Drivers<Indicator> = {
  gpio: async () => {
    const gpio = await import('./gpio/onoff.ts');
    return driver(gpio.gpioIndicatorConfigSchema, gpio.openGpioIndicator);
  },
  'johnny-five': async () => {
    const board = await import('./firmata/gate.ts');
    return driver(board.johnnyFiveIndicatorConfigSchema, board.openJohnnyFiveIndicator);
  },
  simulated: async () => {
    const { SimulatedIndicator } = await import('./simulated/gate.ts');
    return driver(
      simulatedConfigSchema,
      (_config, { clock, simulated }) => new SimulatedIndicator(clock, simulated?.signal),
    );
  },
};

const sounds: Drivers<Indicator> = {
  earcons: async () => {
    const { earconConfigSchema, openEarcons } = await import('./speech/espeak.ts');
    return driver(earconConfigSchema, openEarcons);
  },
};

const speakers: Drivers<Speaker> = {
  espeak: async () => {
    const { espeakConfigSchema, openEspeak } = await import('./speech/espeak.ts');
    return driver(espeakConfigSchema, openEspeak);
  },
  simulated: async () => {
    const { SimulatedSpeaker } = await import('./simulated/voice.ts');
    return driver(
      simulatedConfigSchema,
      (_config, { clock, simulated }) => new SimulatedSpeaker(clock, simulated?.speaker),
    );
  },
};

const jackSense = async () => {
  const { jackSenseConfigSchema, openJackSense } = await import('./speech/jack-sense.ts');
  return driver(jackSenseConfigSchema, openJackSense);
};

const headsets: Drivers<Headset> = {
  fixed: jackSense,
  gpio: jackSense,
  simulated: async () => {
    const { SimulatedHeadset } = await import('./simulated/voice.ts');
    return driver(simulatedConfigSchema, (_config, { clock, simulated }) => {
      const headset = new SimulatedHeadset(clock);
      simulated?.headset?.((plugged) => headset.plug(plugged));
      return headset;
    });
  },
};

const printers: Drivers<Printer> = {
  escpos: async () => {
    const { escposConfigSchema, openEscposPrinter } = await import('./receipt/serial-printer.ts');
    return driver(escposConfigSchema, openEscposPrinter);
  },
  simulated: async () => {
    const { SimulatedPrinter } = await import('./simulated/voice.ts');
    return driver(
      simulatedConfigSchema,
      (_config, { clock, simulated }) => new SimulatedPrinter(clock, simulated?.printed),
    );
  },
};

const turnstiles: Drivers<Turnstile> = {
  gpio: async () => {
    const gpio = await import('./gpio/onoff.ts');
    return driver(gpio.gpioTurnstileConfigSchema, gpio.openGpioTurnstile);
  },
  'johnny-five': async () => {
    const board = await import('./firmata/gate.ts');
    return driver(board.johnnyFiveTurnstileConfigSchema, board.openJohnnyFiveTurnstile);
  },
  simulated: async () => {
    const { SimulatedTurnstile } = await import('./simulated/gate.ts');
    return driver(
      simulatedConfigSchema,
      (_config, { clock, simulated }) => new SimulatedTurnstile(clock, simulated?.relay),
    );
  },
};

/**
 * Opens the drivers that a config names, each imported only when named, so that a missing native part
 * matters only to who asks for it.
 *
 * @param config one entry a port: `scanners` (a list), `display`, `indicator`, `turnstile`, and
 * optionally `keypad`, `speaker`, `sounds`, `headset` and `printer`; each `{driver: NAME, …}` with the
 * rest checked by that driver's own schema.
 * @throws VarcoError `configInvalid`, its message a line a problem, all of them at once.
 */
export async function openHardware(
  config: Readonly<Record<string, unknown>>,
  deps: HardwareDeps,
): Promise<Hardware> {
  const problems = unknownPorts(config);
  const choosing = <Port>(port: string, drivers: Drivers<Port>) =>
    choose(port, drivers, config[port], problems);
  const chosenScanners = await chooseScanners(config.scanners, problems);
  const display = await choosing('display', displays);
  const indicator = await choosing('indicator', indicators);
  const turnstile = await choosing('turnstile', turnstiles);
  const optional = <Port>(port: string, drivers: Drivers<Port>) =>
    config[port] === undefined ? undefined : choosing(port, drivers);
  const keypad = await optional('keypad', keypads);
  const speaker = await optional('speaker', speakers);
  const sound = await optional('sounds', sounds);
  const headset = await optional('headset', headsets);
  const printer = await optional('printer', printers);
  if (problems.length > 0) {
    throw new VarcoError('configInvalid', problems.join('\n'));
  }
  const handed: DriverDeps = { ...deps, boards: new BoardPool(deps) };
  return {
    scanner: await openScanners(chosenScanners, handed),
    display: await display.open(handed),
    indicator: await indicator.open(handed),
    turnstile: await turnstile.open(handed),
    ...(keypad ? { keypad: await keypad.open(handed) } : {}),
    ...(speaker ? { speaker: await speaker.open(handed) } : {}),
    ...(sound ? { sounds: await sound.open(handed) } : {}),
    ...(headset ? { headset: await headset.open(handed) } : {}),
    ...(printer ? { printer: await printer.open(handed) } : {}),
  };
}

/** For the self-test: draws a code, has it decoded by the real decoder, and compares. */
export async function tryDecoder(): Promise<boolean> {
  const { decodesDrawnCode } = await import('./self-check/drawn-code.ts');
  return await decodesDrawnCode();
}

const portNames = [
  'scanners',
  'display',
  'indicator',
  'turnstile',
  'keypad',
  'speaker',
  'sounds',
  'headset',
  'printer',
];

function unknownPorts(config: Readonly<Record<string, unknown>>): string[] {
  const unknown = Object.keys(config).filter((name) => !portNames.includes(name));
  return unknown.map((name) => `hardware.${name}: no such port; ports are ${portNames.join(', ')}`);
}

/** A driver chosen, with its config checked; `open` is called only if nothing was wrong anywhere. */
interface Chosen<Port> {
  /** The name in the config, or else the driver's. */
  name: string;
  open(deps: DriverDeps): Port | Promise<Port>;
}

/** Scanners of one kiosk, at most. */
const SCANNERS_MAX = 8;

async function chooseScanners(list: unknown, problems: string[]): Promise<Chosen<Scanner>[]> {
  if (!Array.isArray(list) || list.length === 0 || list.length > SCANNERS_MAX) {
    problems.push(`hardware.scanners: must be a list of 1 to ${SCANNERS_MAX}`);
    return [];
  }
  const chosen: Chosen<Scanner>[] = [];
  for (const [index, given] of list.entries()) {
    chosen.push(await choose(`scanners.${index}`, scanners, given, problems));
  }
  return chosen;
}

/** All scanners as one stream of readings. */
async function openScanners(chosen: Chosen<Scanner>[], deps: DriverDeps): Promise<Scanner> {
  const named = [];
  for (const { name, open } of chosen) {
    named.push({ name, scanner: await open(deps) });
  }
  return new ScannerSet(named, deps);
}

async function choose<Port>(
  port: string,
  drivers: Drivers<Port>,
  value: unknown,
  problems: string[],
): Promise<Chosen<Port>> {
  const given = value as { driver?: unknown; name?: unknown } | undefined;
  const name = typeof given === 'object' && given !== null ? String(given.driver) : 'none';
  const load = Object.hasOwn(drivers, name) ? drivers[name] : undefined;
  if (!load) {
    const known = Object.keys(drivers).join(', ');
    problems.push(`hardware.${port}.driver: ${name} is not one of ${known}`);
    return { name, open: () => Promise.reject(new VarcoError('configInvalid', `No ${port}`)) };
  }
  const chosen = await load();
  const parsed = chosen.schema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    problems.push(`hardware.${[port, ...issue.path].join('.')}: ${issue.message}`);
  }
  return {
    name: typeof given?.name === 'string' ? given.name : name,
    open: (deps) => chosen.open(parsed.data as never, deps),
  };
}
