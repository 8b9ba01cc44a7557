import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { Keypad, KeypadEvents } from '../ports.ts';
import { parseHidReport } from './hid-report.ts';
import { hidKey, keyActionsSchema } from './key-map.ts';

const id16 = z.number().int().min(1).max(0xffff);

/** The config of the `hid-keypad` keypad. Without ids it takes the first keyboard or keypad. */
export const hidKeypadConfigSchema = z.strictObject({
  driver: z.literal('hid-keypad'),
  vendorId: id16.optional(),
  productId: id16.optional(),
  serialNumber: z.string().min(1).max(128).optional(),
  layout: z.enum(['qwerty', 'qwertz', 'azerty']).default('qwerty'),
  stuckMs: z.number().int().min(2_000).max(120_000).default(15_000),
  keys: keyActionsSchema.default({}),
});
export type HidKeypadConfig = z.infer<typeof hidKeypadConfigSchema>;

/** A HID interface as `node-hid` lists it; only what is used here. */
export interface HidInterface {
  vendorId: number;
  productId: number;
  path?: string | undefined;
  serialNumber?: string | undefined;
  usagePage?: number | undefined;
  usage?: number | undefined;
}

/** An open interface. */
export interface HidHandle {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  close(): Promise<void> | void;
}

/** The `node-hid` package; only what is used here. */
export interface HidBinding {
  devicesAsync(): Promise<HidInterface[]>;
  HIDAsync: { open(path: string): Promise<HidHandle> };
}

/** What the driver needs from outside. */
export interface HidKeypadDeps {
  clock: Clock;
  load?: () => Promise<HidBinding>;
}

const PAGE_DESKTOP = 0x01;
const USAGES_KEYBOARD: readonly (number | undefined)[] = [0x06, 0x07];
/** How often a missing keypad is searched for, in milliseconds. */
const SEARCH_MS = 1_000;

/** A USB numeric pad or keyboard, by its raw reports. */
export function openHidKeypad(config: HidKeypadConfig, deps: HidKeypadDeps): Keypad {
  return new HidKeypad(config, deps);
}

class HidKeypad implements Keypad {
  readonly #config: HidKeypadConfig;
  readonly #deps: HidKeypadDeps;
  #events: KeypadEvents | undefined;
  #handle: HidHandle | undefined;
  #down: readonly number[] = [];
  #cancelSearch: (() => void) | undefined;
  #cancelStuck: (() => void) | undefined;
  #isStuck = false;
  #lastReason = '';

  constructor(config: HidKeypadConfig, deps: HidKeypadDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  async start(events: KeypadEvents): Promise<void> {
    this.#events = events;
    events.health({ state: 'opening', since: this.#deps.clock.now() });
    await this.#search();
  }

  async stop(): Promise<void> {
    this.#events = undefined;
    this.#cancelSearch?.();
    this.#forgetKeys();
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #search(): Promise<void> {
    try {
      const binding = await (this.#deps.load ?? loadNodeHid)();
      const found = (await binding.devicesAsync()).find((device) => this.#matches(device));
      if (!found?.path) {
        throw new VarcoError('deviceMissing', 'No such keypad is plugged in');
      }
      const handle = await binding.HIDAsync.open(found.path);
      if (!this.#events) {
        await handle.close();
        return;
      }
      this.#use(handle);
    } catch (error) {
      this.#lose(hidReason(error));
    }
  }

  #matches(device: HidInterface): boolean {
    const { vendorId, productId, serialNumber } = this.#config;
    return (
      device.usagePage === PAGE_DESKTOP &&
      USAGES_KEYBOARD.includes(device.usage) &&
      (vendorId === undefined || device.vendorId === vendorId) &&
      (productId === undefined || device.productId === productId) &&
      (serialNumber === undefined || device.serialNumber === serialNumber)
    );
  }

  #use(handle: HidHandle): void {
    this.#handle = handle;
    this.#lastReason = '';
    handle.on('data', (report) => this.#onReport(report));
    handle.on('error', () => {
      if (this.#handle === handle) {
        this.#handle = undefined;
        void Promise.resolve(handle.close()).catch(() => undefined);
        this.#lose('unplugged');
      }
    });
    this.#events?.health({ state: 'ready', since: this.#deps.clock.now() });
  }

  #onReport(bytes: Uint8Array): void {
    const report = parseHidReport(bytes);
    if (!report.ok) {
      if (report.problem === 'unknown') {
        this.#reportFailing('reportUnknown');
      }
      return;
    }
    const fresh = report.usages.filter((usage) => !this.#down.includes(usage));
    this.#down = report.usages;
    this.#watchStuck();
    for (const usage of fresh) {
      const key = hidKey(usage, { layout: this.#config.layout, actions: this.#config.keys });
      if (key) {
        this.#events?.key(key);
      }
    }
  }

  /** A key that is never released: something lies on the keyboard. */
  #watchStuck(): void {
    this.#cancelStuck?.();
    this.#cancelStuck = undefined;
    if (this.#isStuck) {
      this.#isStuck = false;
      this.#events?.health({ state: 'ready', since: this.#deps.clock.now() });
    }
    if (this.#down.length > 0) {
      this.#cancelStuck = this.#deps.clock.after(this.#config.stuckMs, () => {
        this.#isStuck = true;
        this.#reportFailing('keyStuck');
      });
    }
  }

  #reportFailing(reason: string): void {
    this.#events?.health({ state: 'failing', since: this.#deps.clock.now(), reason });
  }

  #lose(reason: string): void {
    this.#forgetKeys();
    if (!this.#events) {
      return;
    }
    if (reason !== this.#lastReason) {
      this.#lastReason = reason;
      this.#events.health({ state: 'lost', since: this.#deps.clock.now(), reason });
    }
    this.#cancelSearch = this.#deps.clock.after(SEARCH_MS, () => void this.#search());
  }

  #forgetKeys(): void {
    this.#down = [];
    this.#isStuck = false;
    this.#cancelStuck?.();
    this.#cancelStuck = undefined;
  }
}

async function loadNodeHid(): Promise<HidBinding> {
  return await import('node-hid');
}

/** hidapi's errors have messages and no codes. */
function hidReason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/permission denied|cannot open device/i.test(message)) {
    return 'permissionDenied';
  }
  return errorCode(error);
}
