import type { KioskStatus, powerFlags } from '../../../shared/protocol/kiosk-status.ts';

type Machine = NonNullable<KioskStatus['machine']>;
type PowerFlag = (typeof powerFlags)[number];

/** What is read of the machine; a test hands in a tree of files. Each may reject: then it is not known. */
export interface MachineReader {
  /** A small text file. */
  text(path: string): Promise<string>;
  /** The names in a folder. */
  list(path: string): Promise<readonly string[]>;
  /** What `vcgencmd get_throttled` prints, such as `throttled=0x50005`. */
  throttled(): Promise<string>;
  /** The size of a file system and what is free for us, in bytes. */
  space(folder: string): Promise<{ totalBytes: number; availableBytes: number }>;
}

const THERMAL = '/sys/class/thermal';
/** The firmware's word without vcgencmd, as the kernel gives it (hexadecimal). */
const THROTTLED_FILE = '/sys/devices/platform/soc/soc:firmware/get_throttled';
const NOW_BITS: readonly PowerFlag[] = [
  'underVoltage',
  'frequencyCapped',
  'throttled',
  'softTemperatureLimit',
];
/** The same flags since the board started stand so many bits higher. */
const SINCE_BOOT_SHIFT = 16;
/** A sensor's reading beyond these is a broken sensor, in degrees Celsius. */
const TEMPERATURE_MIN_C = -50;
const TEMPERATURE_MAX_C = 150;

/**
 * Reads the machine under the kiosk. What this machine can't tell is left out; nothing here throws.
 *
 * @param folder on the file system whose space matters.
 * @see https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
 */
export async function readMachine(reader: MachineReader, folder: string): Promise<Machine> {
  const [cpuTemperatureC, power, memory, disk, uptimeS] = await Promise.all([
    known(readTemperature(reader)),
    known(readPower(reader)),
    known(readMemory(reader)),
    known(reader.space(folder)),
    known(readUptime(reader)),
  ]);
  return { cpuTemperatureC, power, memory, disk, uptimeS };
}

function known<Value>(reading: Promise<Value | undefined>): Promise<Value | undefined> {
  return reading.catch(() => undefined);
}

/** The CPU's zone, or the hottest of all where none is named so. */
async function readTemperature(reader: MachineReader): Promise<number | undefined> {
  const names = (await reader.list(THERMAL)).filter((name) => name.startsWith('thermal_zone'));
  const zones = await Promise.all(
    names.map(async (name) => {
      const type = (await reader.text(`${THERMAL}/${name}/type`)).trim();
      const celsius = Number(await reader.text(`${THERMAL}/${name}/temp`)) / 1_000;
      return { isCpu: /cpu|x86_pkg|soc/.test(type), celsius };
    }),
  );
  const sane = zones.filter(
    ({ celsius }) => celsius > TEMPERATURE_MIN_C && celsius < TEMPERATURE_MAX_C,
  );
  const cpu = sane.filter(({ isCpu }) => isCpu);
  const temperatures = (cpu.length > 0 ? cpu : sane).map(({ celsius }) => celsius);
  return temperatures.length > 0 ? Math.round(Math.max(...temperatures) * 10) / 10 : undefined;
}

async function readPower(reader: MachineReader): Promise<Machine['power']> {
  const text = await reader
    .throttled()
    .catch(async () => `0x${(await reader.text(THROTTLED_FILE)).trim().replace(/^0x/i, '')}`);
  const found = /(0x[0-9a-f]{1,8})\s*$/i.exec(text.trim());
  if (!found) {
    return undefined;
  }
  const bits = Number(found[1]);
  const flagsAt = (shift: number) =>
    NOW_BITS.filter((_flag, index) => (bits >>> (shift + index)) & 1);
  return { now: flagsAt(0), sinceBoot: flagsAt(SINCE_BOOT_SHIFT) };
}

async function readMemory(reader: MachineReader): Promise<Machine['memory']> {
  const text = await reader.text('/proc/meminfo');
  const bytesOf = (label: string) => {
    const found = new RegExp(`^${label}:\\s+(\\d+) kB$`, 'm').exec(text);
    return found ? Number(found[1]) * 1_024 : undefined;
  };
  const totalBytes = bytesOf('MemTotal');
  const availableBytes = bytesOf('MemAvailable');
  return totalBytes === undefined || availableBytes === undefined
    ? undefined
    : { totalBytes, availableBytes };
}

async function readUptime(reader: MachineReader): Promise<number | undefined> {
  const seconds = Number.parseFloat(await reader.text('/proc/uptime'));
  return Number.isFinite(seconds) && seconds >= 0 ? Math.floor(seconds) : undefined;
}
