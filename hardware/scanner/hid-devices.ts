import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ErrorCode } from '../../shared/error-codes.ts';
import { VarcoError } from '../../shared/errors.ts';

/** A HID interface in the system's list. */
export interface HidDeviceInfo {
  path: string;
  vendorId: number;
  productId: number;
  serialNumber?: string | undefined;
  product?: string | undefined;
  usagePage?: number | undefined;
  usage?: number | undefined;
}

/** An open HID interface. */
export interface HidHandle {
  on(event: 'data', listener: (report: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  sendFeatureReport(data: number[]): unknown;
  close(): void;
}

/** The machine's HID devices; a test has its own. */
export interface HidAccess {
  list(): Promise<HidDeviceInfo[]>;
  open(path: string): Promise<HidHandle>;
  /** The report descriptor, or nothing where the system does not expose it. */
  descriptor(path: string): Promise<Uint8Array | undefined>;
}

export const PAGE_BAR_CODE = 0x8c;
const PAGE_GENERIC_DESKTOP = 0x01;
const USAGE_KEYBOARD = 0x06;

/** Selects an interface; when empty, the first that looks like a scanner. */
export interface HidChoice {
  vendorId?: number | undefined;
  productId?: number | undefined;
  serial?: string | undefined;
  path?: string | undefined;
}

/** The interfaces that match. A keyboard is a scanner only when the config names it. */
export function matchingDevices(
  devices: readonly HidDeviceInfo[],
  kind: 'pos' | 'keyboard',
  choice: HidChoice,
): HidDeviceInfo[] {
  return devices.filter((device) => {
    const fits =
      kind === 'pos'
        ? device.usagePage === PAGE_BAR_CODE
        : device.usagePage === PAGE_GENERIC_DESKTOP && device.usage === USAGE_KEYBOARD;
    return (
      fits &&
      (choice.vendorId === undefined || device.vendorId === choice.vendorId) &&
      (choice.productId === undefined || device.productId === choice.productId) &&
      (choice.serial === undefined || device.serialNumber === choice.serial) &&
      (choice.path === undefined || device.path === choice.path)
    );
  });
}

/** The machine's own HID devices, by node-hid. */
export const systemHid: HidAccess = {
  async list() {
    const { devicesAsync } = await loadNodeHid();
    const found: HidDeviceInfo[] = [];
    for (const device of await devicesAsync()) {
      if (device.path !== undefined) {
        found.push({ ...device, path: device.path });
      }
    }
    return found;
  },
  async open(path) {
    const { HID } = await loadNodeHid();
    try {
      return new HID(path);
    } catch (cause) {
      throw new VarcoError(await openProblem(path), `${path} can't be opened`, { cause });
    }
  },
  async descriptor(path) {
    const file = `/sys/class/hidraw/${basename(path)}/device/report_descriptor`;
    return await readFile(file).catch(() => undefined);
  },
};

async function loadNodeHid(): Promise<typeof import('node-hid')> {
  return await import('node-hid');
}

/** node-hid's only message is "cannot open device"; the reason is in the device file's permissions. */
async function openProblem(path: string): Promise<ErrorCode> {
  const { access, constants } = await import('node:fs/promises');
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return 'deviceBusy';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EACCES' ? 'permissionDenied' : 'deviceMissing';
  }
}
