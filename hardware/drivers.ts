import type { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import type { PageDisplayDeps } from './display/page.ts';
import type { BoardPool } from './firmata/board-pool.ts';
import type {
  CodeCheck,
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
import { simulatedConfigSchema } from './simulated/config.ts';
import type { SpeakerWatch } from './simulated/voice.ts';

/** What the simulated drivers report to a script or the demo. */
export interface SimulatedHooks {
  signal(signal: Signal): void;
  relay(state: 'open' | 'shut'): void;
  /** Called once with a function that presses keys. */
  keypad(press: (key: Key) => void): void;
  speaker?: SpeakerWatch | undefined;
  /** Called once with a function that plugs a headset in and out. */
  headset?(plug: (plugged: boolean) => void): void;
  printed?(receipt: PrintedReceipt): void;
}

/** What drivers need from outside. */
export interface HardwareDeps {
  clock: Clock;
  random: () => number;
  /** Checks a text that was read, by its signature or its check character. */
  check?: (text: string, symbology: Symbology) => CodeCheck;
  page: Omit<PageDisplayDeps, 'clock'>;
  simulated?: SimulatedHooks | undefined;
}

/** What one driver needs: the same, and the boards that drivers share. */
export interface DriverDeps extends HardwareDeps {
  boards: BoardPool;
}

/** A config that was checked: its problems, or how its driver is opened. */
export type Configured<Port> =
  | { ok: true; open: (deps: DriverDeps) => Port | Promise<Port> }
  | { ok: false; issues: readonly { path: readonly PropertyKey[]; message: string }[] };

/** A driver by its module: checks a config and opens nothing yet. */
export interface Driver<Port> {
  configure(config: unknown): Configured<Port>;
}

function driver<Schema extends z.ZodType, Port>(
  schema: Schema,
  open: (config: z.infer<Schema>, deps: DriverDeps) => Port | Promise<Port>,
): Driver<Port> {
  return {
    configure(config) {
      const parsed = schema.safeParse(config);
      return parsed.success
        ? { ok: true, open: (deps) => open(parsed.data, deps) }
        : { ok: false, issues: parsed.error.issues };
    },
  };
}

export type Drivers<Port> = Readonly<Record<string, () => Promise<Driver<Port>>>>;

export const scanners: Drivers<Scanner> = {
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

export const displays: Drivers<Display> = {
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

export const keypads: Drivers<Keypad> = {
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

export const indicators: Drivers<Indicator> = {
  gpio: async () => {
    const gpio = await import('./gpio/onoff.ts');
    return driver(gpio.gpioIndicatorConfigSchema, gpio.openGpioIndicator);
  },
  'johnny-five': async () => {
    const board = await import('./firmata/firmata-gate.ts');
    return driver(board.johnnyFiveIndicatorConfigSchema, board.openJohnnyFiveIndicator);
  },
  simulated: async () => {
    const { SimulatedIndicator } = await import('./simulated/simulated-gate.ts');
    return driver(
      simulatedConfigSchema,
      (_config, { clock, simulated }) => new SimulatedIndicator(clock, simulated?.signal),
    );
  },
};

export const sounds: Drivers<Indicator> = {
  earcons: async () => {
    const { earconConfigSchema, openEarcons } = await import('./speech/espeak.ts');
    return driver(earconConfigSchema, openEarcons);
  },
};

export const speakers: Drivers<Speaker> = {
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

const headsetJack = async () => {
  const { headsetConfigSchema, openHeadset } = await import('./speech/headset-jack.ts');
  return driver(headsetConfigSchema, openHeadset);
};

export const headsets: Drivers<Headset> = {
  fixed: headsetJack,
  gpio: headsetJack,
  simulated: async () => {
    const { SimulatedHeadset } = await import('./simulated/voice.ts');
    return driver(simulatedConfigSchema, (_config, { clock, simulated }) => {
      const headset = new SimulatedHeadset(clock);
      simulated?.headset?.((plugged) => headset.plug(plugged));
      return headset;
    });
  },
};

export const printers: Drivers<Printer> = {
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

export const turnstiles: Drivers<Turnstile> = {
  gpio: async () => {
    const gpio = await import('./gpio/onoff.ts');
    return driver(gpio.gpioTurnstileConfigSchema, gpio.openGpioTurnstile);
  },
  'johnny-five': async () => {
    const board = await import('./firmata/firmata-gate.ts');
    return driver(board.johnnyFiveTurnstileConfigSchema, board.openJohnnyFiveTurnstile);
  },
  simulated: async () => {
    const { SimulatedTurnstile } = await import('./simulated/simulated-gate.ts');
    return driver(
      simulatedConfigSchema,
      (_config, { clock, simulated }) => new SimulatedTurnstile(clock, simulated?.relay),
    );
  },
};
