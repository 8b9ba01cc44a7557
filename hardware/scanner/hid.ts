import { z } from 'zod';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Scanner, ScannerEvents, Symbology } from '../ports.ts';
import { layoutFromDescriptor } from './framing/hid-descriptor.ts';
import { BURST_QUIET_MS, KeyboardBursts } from './framing/hid-keyboard.ts';
import { HID_POS_PROFILES, HidPosReports, profileOfVendor } from './framing/hid-pos.ts';
import type { ScannedText } from './framing/scan-text.ts';
import {
  type HidAccess,
  type HidDeviceInfo,
  type HidHandle,
  matchingDevices,
  systemHid,
} from './hid-devices.ts';
import { KeptOpen } from './kept-open.ts';

const usbNumber = z.number().int().min(0).max(0xffff);
const choice = {
  vendorId: usbNumber.optional(),
  productId: usbNumber.optional(),
  serial: z.string().min(1).max(256).optional(),
  path: z.string().min(1).max(4096).optional(),
};

/**
 * A scanner in HID-POS mode ("USB HID bar code scanner").
 *
 * @example { driver: 'hid-pos' }
 */
export const hidPosConfigSchema = z.strictObject({
  driver: z.literal('hid-pos'),
  /** The source of its readings. */
  name: z.string().min(1).max(64).default('hid-pos'),
  ...choice,
  /** The make's report layout; by default the layout is taken from the device's report descriptor. */
  profile: z.enum(['honeywell', 'zebra', 'datalogic', 'newland']).optional(),
});

/**
 * A scanner that types like a keyboard. Its vendor must be given, so that no real keyboard is taken for it.
 *
 * @example { driver: 'hid-keyboard', vendorId: 1504, productId: 4608 }
 */
export const hidKeyboardConfigSchema = z.strictObject({
  driver: z.literal('hid-keyboard'),
  name: z.string().min(1).max(64).default('hid-keyboard'),
  ...choice,
  vendorId: usbNumber,
  /** The keyboard layout that the scanner is configured for. */
  layout: z.enum(['us', 'it']).default('us'),
});

export type HidPosConfig = z.infer<typeof hidPosConfigSchema>;
export type HidKeyboardConfig = z.infer<typeof hidKeyboardConfigSchema>;
export type HidConfig = HidPosConfig | HidKeyboardConfig;

export interface HidScannerDeps {
  clock: Clock;
  random: () => number;
  hid: HidAccess;
}

export function openHidPos(
  input: z.input<typeof hidPosConfigSchema>,
  deps: Partial<HidScannerDeps> = {},
): HidScanner {
  return new HidScanner(hidPosConfigSchema.parse(input), withSystem(deps));
}

export function openHidKeyboard(
  input: z.input<typeof hidKeyboardConfigSchema>,
  deps: Partial<HidScannerDeps> = {},
): HidScanner {
  return new HidScanner(hidKeyboardConfigSchema.parse(input), withSystem(deps));
}

function withSystem(deps: Partial<HidScannerDeps>): HidScannerDeps {
  return {
    clock: deps.clock ?? systemClock,
    random: deps.random ?? Math.random,
    hid: deps.hid ?? systemHid,
  };
}

/** Turns a device's reports into codes. */
interface ReportReader {
  push(report: Uint8Array, at: number): ScannedText | undefined;
  /** Ends a code by silence, for readers whose codes may end that way. */
  quiet?(): ScannedText | undefined;
  readonly pending?: boolean;
}

const HONEYWELL_VENDOR = 0x0c2e;
/** Puts a Honeywell scanner into HID mode (feature report 254 with 1); harmless if it is in it already. */
const HONEYWELL_HID_MODE = [254, 1];

/** A USB HID scanner, opened again whenever it was unplugged and plugged in. */
export class HidScanner implements Scanner {
  readonly #config: HidConfig;
  readonly #deps: HidScannerDeps;
  readonly #kept: KeptOpen;
  #events: ScannerEvents | undefined;
  #wanted: readonly Symbology[] = ['qr'];

  constructor(config: HidConfig, deps: HidScannerDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#kept = new KeptOpen((lost) => this.#open(lost), deps);
  }

  async start(events: ScannerEvents): Promise<void> {
    this.#events = events;
    this.#kept.start((health) => this.#events?.health(health));
  }

  async stop(): Promise<void> {
    this.#events = undefined;
    await this.#kept.stop();
  }

  expect(symbologies: readonly Symbology[]): void {
    this.#wanted = [...symbologies];
  }

  async #open(lost: (reason: string) => void): Promise<() => Promise<void>> {
    const device = await this.#find();
    const reader = await this.#readerFor(device);
    const handle = await this.#deps.hid.open(device.path);
    let cancelQuiet = () => {};
    let closed = false;
    const close = async () => {
      cancelQuiet();
      if (!closed) {
        closed = true;
        closeQuietly(handle);
      }
    };
    handle.on('error', () => lost('unplugged'));
    handle.on('data', (report) => {
      if (closed) {
        return;
      }
      cancelQuiet();
      this.#report(reader.push(report, this.#deps.clock.monotonic()));
      if (reader.pending) {
        cancelQuiet = this.#deps.clock.after(BURST_QUIET_MS, () => this.#report(reader.quiet?.()));
      }
    });
    if (this.#config.driver === 'hid-pos' && device.vendorId === HONEYWELL_VENDOR) {
      enterHidMode(handle);
    }
    return close;
  }

  async #find(): Promise<HidDeviceInfo> {
    const kind = this.#config.driver === 'hid-pos' ? 'pos' : 'keyboard';
    const found = matchingDevices(await this.#deps.hid.list(), kind, this.#config);
    const [device, ...others] = found;
    if (!device) {
      throw new VarcoError('deviceMissing', 'No such scanner is plugged in');
    }
    // One device may have several interfaces, but of two devices the config must choose one.
    const areSeveral = others.some((other) => other.serialNumber !== device.serialNumber);
    if (areSeveral && this.#config.serial === undefined && this.#config.path === undefined) {
      throw new VarcoError('deviceAmbiguous', 'Several scanners fit: give serial or path');
    }
    return device;
  }

  async #readerFor(device: HidDeviceInfo): Promise<ReportReader> {
    const config = this.#config;
    if (config.driver === 'hid-keyboard') {
      return new KeyboardBursts(config.layout);
    }
    if (config.profile !== undefined) {
      return new HidPosReports(HID_POS_PROFILES[config.profile]);
    }
    const descriptor = await this.#deps.hid.descriptor(device.path);
    const layout = descriptor && layoutFromDescriptor(descriptor);
    return new HidPosReports(layout ?? HID_POS_PROFILES[profileOfVendor(device.vendorId)]);
  }

  #report(scan: ScannedText | undefined): void {
    if (scan && this.#wanted.includes(scan.symbology)) {
      const at = this.#deps.clock.monotonic();
      this.#events?.reading({ ...scan, source: this.#config.name, at });
    }
  }
}

function enterHidMode(handle: HidHandle): void {
  try {
    handle.sendFeatureReport(HONEYWELL_HID_MODE);
  } catch {
    // A model without this report is always in HID mode.
  }
}

function closeQuietly(handle: HidHandle): void {
  try {
    handle.close();
  } catch {
    // It is unplugged: nothing is left to close.
  }
}
