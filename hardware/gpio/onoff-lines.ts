import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { InputLine, LineSource, LineSourceEvents, OutputLine } from './line.ts';
import {
  gpioNumber,
  headerLabels,
  readGpioChips,
  SYSFS_GPIO,
  type SysfsReader,
} from './pin-number.ts';

/** The `onoff` package's pin; only what is used here. */
export interface OnoffPin {
  readSync(): 0 | 1;
  writeSync(value: 0 | 1): void;
  watch(callback: (error: Error | null | undefined, value: 0 | 1) => void): void;
  unwatchAll(): void;
  unexport(): void;
}

/** The `onoff` package; only what is used here. */
export interface OnoffBinding {
  Gpio: new (
    number: number,
    direction: 'in' | 'high' | 'low',
    edge: 'none' | 'both',
    options: { activeLow: boolean; debounceTimeout?: number },
  ) => OnoffPin;
}

/** How one pin is wired. */
export interface PinConfig {
  /** The Broadcom number of the pin. */
  pin: number;
  /** Whether the device is on when the wire is low. */
  activeLow: boolean;
}

/** Opens pins by their Broadcom number. */
export interface PinOpener {
  output(config: PinConfig): OutputLine;
  input(config: PinConfig & { debounceMs: number }): InputLine;
  /** The sysfs file that releases an output when `0` is written to it, for a guard process. */
  valueFile(config: PinConfig): string;
}

/** What the onoff back end needs from outside. */
export interface OnoffDeps {
  clock: Clock;
  /** Imports `onoff`. A missing native module is reported as a fault; the kiosk keeps running. */
  load?: () => Promise<OnoffBinding>;
  sysfs?: SysfsReader;
  /** Labels of the GPIO controller; the Raspberry Pi's by default. */
  labels?: readonly string[] | undefined;
}

const machineSysfs: SysfsReader = {
  list: (directory) => readdirSync(directory),
  read: (file) => readFileSync(file, 'utf8'),
};

/** How long until pins that could not be opened are tried again, in milliseconds. */
const RETRY_MS = 5_000;

/**
 * Lines on the machine's own pins. When they can't be opened (no permission yet, no kernel driver) it
 * reports why and tries again, so that a late udev rule needs no visit on site.
 */
export class OnoffSource<Lines extends { close(): void }> implements LineSource<Lines> {
  readonly #build: (pins: PinOpener) => Lines;
  readonly #deps: OnoffDeps;
  #lines: Lines | undefined;
  #cancelRetry: (() => void) | undefined;
  #running = false;

  /** @param build opens the driver's pins; if it throws, what it had opened is closed for it. */
  constructor(build: (pins: PinOpener) => Lines, deps: OnoffDeps) {
    this.#build = build;
    this.#deps = deps;
  }

  async start(events: LineSourceEvents<Lines>): Promise<void> {
    this.#running = true;
    await this.#open(events);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelRetry?.();
    this.#lines?.close();
    this.#lines = undefined;
  }

  async #open(events: LineSourceEvents<Lines>): Promise<void> {
    const opened: { close(): void }[] = [];
    try {
      const binding = await (this.#deps.load ?? loadOnoff)();
      if (!this.#running) {
        return;
      }
      this.#lines = this.#build(pinOpener(binding, this.#deps, opened));
      events.ready(this.#lines);
    } catch (error) {
      for (const line of opened) {
        line.close();
      }
      this.#lines = undefined;
      events.lost(faultReason(error));
      this.#cancelRetry = this.#deps.clock.after(RETRY_MS, () => {
        void (this.#running && this.#open(events));
      });
    }
  }
}

/** The stable reason code of a pin's fault. */
export function faultReason(error: unknown): string {
  const code = errorCode(error);
  return code === 'EACCES' || code === 'EPERM' ? 'permissionDenied' : code;
}

async function loadOnoff(): Promise<OnoffBinding> {
  return await import('onoff');
}

function pinOpener(binding: OnoffBinding, deps: OnoffDeps, opened: { close(): void }[]): PinOpener {
  const chips = readGpioChips(deps.sysfs ?? machineSysfs);
  const numberOf = (config: PinConfig) =>
    gpioNumber(chips, config.pin, deps.labels ?? headerLabels);
  const keep = <Line extends { close(): void }>(line: Line): Line => {
    opened.push(line);
    return line;
  };
  return {
    output: (config) => keep(openOutput(binding, numberOf(config), config)),
    input: (config) => keep(openInput(binding, numberOf(config), config)),
    valueFile: (config) => `${SYSFS_GPIO}/gpio${numberOf(config)}/value`,
  };
}

function openOutput(binding: OnoffBinding, number: number, config: PinConfig): OutputLine {
  // The direction words set the electrical level (kernel, gpiolib-sysfs `direction_store`), so an
  // active-low wire is opened high: there is no moment in which the device is on.
  const rest = config.activeLow ? 'high' : 'low';
  const pin = new binding.Gpio(number, rest, 'none', { activeLow: config.activeLow });
  let closed = false;
  return {
    set: (on) => pin.writeSync(on ? 1 : 0),
    readBack: () => pin.readSync() === 1,
    close() {
      if (!closed) {
        closed = true;
        // Not unexported: an exported pin keeps its level, an unexported one may float.
        ignoreFault(() => pin.writeSync(0));
      }
    },
  };
}

function openInput(
  binding: OnoffBinding,
  number: number,
  config: PinConfig & { debounceMs: number },
): InputLine {
  const pin = new binding.Gpio(number, 'in', 'both', {
    activeLow: config.activeLow,
    // 0 is onoff's own default: no debouncing.
    debounceTimeout: config.debounceMs,
  });
  const watchers = new Set<(active: boolean) => void>();
  let watching = false;
  let closed = false;
  return {
    read: () => pin.readSync() === 1,
    watch(changed) {
      watchers.add(changed);
      if (!watching) {
        watching = true;
        pin.watch((error, value) => {
          if (!error) {
            for (const watcher of [...watchers]) {
              watcher(value === 1);
            }
          }
        });
      }
      return () => watchers.delete(changed);
    },
    close() {
      if (!closed) {
        closed = true;
        ignoreFault(() => pin.unwatchAll());
        ignoreFault(() => pin.unexport());
      }
    },
  };
}

/** A pin that can't be released must not keep the next ones from being released. */
function ignoreFault(act: () => void): void {
  try {
    act();
  } catch {
    // The pin is gone: nothing is left to release.
  }
}
