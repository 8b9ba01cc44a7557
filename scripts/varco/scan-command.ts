import { Command, InvalidArgumentError, Option } from 'commander';
import { ZodError, z } from 'zod';
import type { Health, Reading, Scanner } from '../../hardware/ports.ts';
import { adviceFor } from '../../hardware/scanner/advice.ts';
import { openCamera } from '../../hardware/scanner/camera.ts';
import { cameraConfigSchema } from '../../hardware/scanner/camera-config.ts';
import { findDevices } from '../../hardware/scanner/find-devices.ts';
import {
  hidKeyboardConfigSchema,
  hidPosConfigSchema,
  openHidKeyboard,
  openHidPos,
} from '../../hardware/scanner/hid.ts';
import { ScannerSet } from '../../hardware/scanner/scanner-set.ts';
import { openSerialScanner, serialScannerConfigSchema } from '../../hardware/scanner/serial.ts';
import { systemClock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import { printable } from '../../shared/isolated-text.ts';
import { printLine } from './print-line.ts';

interface ScanOptions {
  list?: boolean;
  json?: boolean;
  driver?: 'camera' | 'serial' | 'hid-pos' | 'hid-keyboard';
  config?: Record<string, unknown>;
  path?: string;
  baud?: number;
  profile?: string;
  framing?: string;
  vendorId?: number;
  productId?: number;
  serial?: string;
  layout?: string;
  command?: string;
  size?: { width: number; height: number };
  format?: string;
  code39?: boolean;
  count?: number;
}

/** `varco scan`: prints what a scanner reads, for a technician on site. */
export function scanCommand(): Command {
  return new Command('scan')
    .description('print what a scanner or camera reads, live, or list connected devices')
    .option('--list', 'list the connected devices, with config lines to copy')
    .addOption(
      new Option('--driver <name>', 'the kind of scanner').choices([
        'camera',
        'serial',
        'hid-pos',
        'hid-keyboard',
      ]),
    )
    .option('--config <json>', 'a config line as --list prints it', jsonObject)
    .option('--path <path>', 'serial and HID: the device, such as /dev/ttyACM0')
    .option('--baud <rate>', 'serial: bits per second', wholeNumber)
    .option('--profile <make>', 'serial and hid-pos: the make, such as honeywell')
    .option('--framing <how>', 'serial: cr, lf, crlf, line, stx-etx or quiet')
    .option('--vendor-id <number>', 'HID: vendor number, such as 0x0c2e', wholeNumber)
    .option('--product-id <number>', 'HID: product number', wholeNumber)
    .option('--serial <text>', 'HID: serial number')
    .option('--layout <name>', 'hid-keyboard: us or it')
    .option('--command <line>', 'camera: the program and its arguments, separated by spaces')
    .option('--size <WxH>', 'camera: size of its frames, such as 640x480', size)
    .option('--format <name>', 'camera: gray, yuv420 or mjpeg')
    .option('--code39', 'also read Code 39 (Tessera Sanitaria)')
    .option('--count <n>', 'stop after this many readings', wholeNumber)
    .option('--json', 'one JSON object per line: event reading, health or unreadable')
    .addHelpText('after', '\nExit status: 0 when interrupted or after --count readings.')
    .action(async (options: ScanOptions, command: Command) => {
      if (options.list) {
        await list(options);
      } else if (options.driver || options.config) {
        await scan(options);
      } else {
        command.error('error: give --list, --driver or --config', { exitCode: 2 });
      }
    });
}

async function list(options: ScanOptions): Promise<void> {
  const devices = await findDevices();
  for (const { kind, label, config } of devices) {
    const line = JSON.stringify(config);
    const text = options.json ? JSON.stringify({ kind, label, config }) : `# ${label}\n${line}`;
    printLine(text);
  }
  if (devices.length === 0 && !options.json) {
    process.stderr.write('No scanner, serial device or camera was found.\n');
  }
}

async function scan(options: ScanOptions): Promise<void> {
  const config = { ...fromOptions(options), ...options.config };
  const set = new ScannerSet([openFrom(config)], { clock: systemClock });
  const source = String(config.name ?? config.driver);
  set.expect(options.code39 ? ['qr', 'code39'] : ['qr']);
  let left = options.count ?? Number.POSITIVE_INFINITY;
  await new Promise<void>((resolve, reject) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    // The reader of our output has closed the pipe.
    process.stdout.once('error', () => resolve());
    set
      .start({
        reading: (reading) => {
          printReading(reading, options);
          left--;
          if (left <= 0) {
            resolve();
          }
        },
        unreadable: (source) => printEvent('unreadable', { source }, options),
        view: (view) => printEvent('view', { source, view }, options),
        several: (source) => printEvent('several', { source }, options),
        health: (health) => printHealth(health, options),
      })
      .catch(reject);
  });
  await set.stop();
}

function openFrom(config: Record<string, unknown>): Scanner {
  try {
    switch (config.driver) {
      case 'camera':
        return openCamera(cameraConfigSchema.parse(config));
      case 'serial':
        return openSerialScanner(serialScannerConfigSchema.parse(config));
      case 'hid-pos':
        return openHidPos(hidPosConfigSchema.parse(config));
      case 'hid-keyboard':
        return openHidKeyboard(hidKeyboardConfigSchema.parse(config));
      default:
        throw new VarcoError('configInvalid', `There is no driver ${String(config.driver)}`);
    }
  } catch (error) {
    if (error instanceof ZodError) {
      const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new VarcoError('configInvalid', problems.join('\n'));
    }
    throw error;
  }
}

function fromOptions(options: ScanOptions): Record<string, unknown> {
  const { path, baud, profile, framing, vendorId, productId, serial, layout, format } = options;
  const all = {
    driver: options.driver,
    path,
    baud,
    profile,
    framing,
    vendorId,
    productId,
    serial,
    layout,
    format,
    command: options.command?.split(/\s+/).filter((word) => word !== ''),
    ...options.size,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function printReading(reading: Reading, options: ScanOptions): void {
  if (options.json) {
    printEvent('reading', { ...reading }, options);
  } else {
    printLine(reading.text);
  }
}

function printHealth(health: Health, options: ScanOptions): void {
  const reason = 'reason' in health ? health.reason : undefined;
  const advice = reason === undefined ? undefined : adviceFor(reason);
  if (options.json) {
    printEvent('health', { ...health, advice }, options);
  } else {
    const why = reason === undefined ? '' : ` (${reason})${advice ? `: ${advice}` : ''}`;
    process.stderr.write(`scanner ${health.state}${why}\n`);
  }
}

function printEvent(event: string, fields: Record<string, unknown>, options: ScanOptions): void {
  if (options.json) {
    printLine(JSON.stringify({ event, ...fields }));
  } else {
    process.stderr.write(`${printable(`${event}: ${Object.values(fields).join(' ')}`)}\n`);
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError('a whole number.');
  }
  return value;
}

function size(text: string): { width: number; height: number } {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  if (!match) {
    throw new InvalidArgumentError('WIDTHxHEIGHT, such as 640x480.');
  }
  return { width: Number(match[1]), height: Number(match[2]) };
}

const jsonObjectSchema = z.record(z.string(), z.unknown());

function jsonObject(text: string): Record<string, unknown> {
  try {
    return jsonObjectSchema.parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('a JSON object.');
  }
}
