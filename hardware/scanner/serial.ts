import { z } from 'zod';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { ErrorCode } from '../../shared/error-codes.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Scanner, ScannerEvents, Symbology } from '../ports.ts';
import { watchNode } from '../serial/node-watch.ts';
import { identifyScan, scanBytesToText } from './framing/scan-text.ts';
import { SerialLines } from './framing/serial-lines.ts';
import { KeptOpen } from './kept-open.ts';
import { SERIAL_PROFILES, type SerialProfile, serialProfileNames } from './serial-profiles.ts';

/**
 * A scanner on a serial line: USB-CDC, a USB adapter or a UART.
 *
 * @example { driver: 'serial', path: '/dev/serial/by-id/usb-Honeywell…', profile: 'honeywell' }
 */
export const serialScannerConfigSchema = z.strictObject({
  driver: z.literal('serial'),
  /** The source of its readings. */
  name: z.string().min(1).max(64).default('serial'),
  /** The device node; a link in `/dev/serial/by-id` is the same in every USB socket. */
  path: z.string().min(1).max(4096),
  baud: z.number().int().min(300).max(4_000_000).default(115_200),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  profile: z.enum(serialProfileNames).default('generic'),
  framing: z.enum(['cr', 'lf', 'crlf', 'line', 'stx-etx', 'quiet']).optional(),
  /** Text that the scanner is configured to put before every code. */
  prefix: z.string().max(32).default(''),
  /** When the scanner reads: on its own button, always (presentation), or as if it were pressed (on). */
  trigger: z.enum(['own', 'presentation', 'on']).default('own'),
});

export type SerialScannerConfig = z.infer<typeof serialScannerConfigSchema>;
export type SerialScannerConfigInput = z.input<typeof serialScannerConfigSchema>;

/** With the framing `quiet`, silence for this long ends a code, in milliseconds. */
const QUIET_MS = 60;
/** With other framings, an incomplete code is dropped after this long, in milliseconds. */
const INCOMPLETE_MS = 1000;
/** How long the device may take to accept a command, or to close; in milliseconds. */
const WRITE_TIMEOUT_MS = 1000;

/** The part of `serialport` that the driver uses. */
export interface PortLike {
  readonly isOpen: boolean;
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  on(event: 'close', listener: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  write(data: Uint8Array, done: (error?: Error | null) => void): unknown;
  close(done: (error?: Error | null) => void): void;
}

export interface SerialScannerDeps {
  clock: Clock;
  random: () => number;
  openPort(config: SerialScannerConfig): Promise<PortLike>;
  watchNode: typeof watchNode;
}

export function openSerialScanner(
  input: SerialScannerConfigInput,
  deps: Partial<SerialScannerDeps> = {},
): SerialScanner {
  return new SerialScanner(serialScannerConfigSchema.parse(input), {
    clock: deps.clock ?? systemClock,
    random: deps.random ?? Math.random,
    openPort: deps.openPort ?? openRealPort,
    watchNode: deps.watchNode ?? watchNode,
  });
}

/** A scanner on a serial line, opened again whenever it was unplugged and plugged in. */
export class SerialScanner implements Scanner {
  /** Codes that were dropped because they were too long or incomplete. */
  dropped = 0;
  readonly #config: SerialScannerConfig;
  readonly #profile: SerialProfile;
  readonly #deps: SerialScannerDeps;
  readonly #kept: KeptOpen;
  #events: ScannerEvents | undefined;
  #wanted: readonly Symbology[] = ['qr'];

  constructor(config: SerialScannerConfig, deps: SerialScannerDeps) {
    this.#config = config;
    this.#profile = SERIAL_PROFILES[config.profile];
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
    const port = await this.#deps.openPort(this.#config);
    const lines = new SerialLines(this.#config.framing ?? this.#profile.framing);
    let cancelQuiet = () => {};
    port.on('data', (data) => {
      cancelQuiet();
      this.#receive(lines, data);
      if (lines.pending) {
        cancelQuiet = this.#deps.clock.after(this.#quietMs(), () => this.#endByQuiet(lines));
      }
    });
    port.on('error', () => lost('portError'));
    port.on('close', () => lost('unplugged'));
    const unwatch = this.#deps.watchNode(this.#config.path, () => lost('unplugged'));
    const close = async () => {
      unwatch();
      cancelQuiet();
      await closePort(port, this.#deps.clock);
    };
    try {
      await this.#prepare(port);
    } catch (error) {
      await close();
      throw error;
    }
    return close;
  }

  #quietMs(): number {
    const framing = this.#config.framing ?? this.#profile.framing;
    return framing === 'quiet' ? QUIET_MS : INCOMPLETE_MS;
  }

  #receive(lines: SerialLines, data: Uint8Array): void {
    const { codes, overflow } = lines.push(data);
    this.dropped += overflow ? 1 : 0;
    for (const code of codes) {
      this.#read(code);
    }
  }

  #endByQuiet(lines: SerialLines): void {
    const code = lines.quiet();
    if (code) {
      this.#read(code);
    } else {
      this.dropped++;
    }
  }

  #read(bytes: Uint8Array): void {
    const { prefix, name } = this.#config;
    const sent = scanBytesToText(bytes);
    const unprefixed = prefix !== '' && sent.startsWith(prefix) ? sent.slice(prefix.length) : sent;
    const scan = identifyScan(this.#profile.codeId ? unprefixed.slice(1) : unprefixed);
    if (scan && this.#wanted.includes(scan.symbology)) {
      this.#events?.reading({ ...scan, source: name, at: this.#deps.clock.monotonic() });
    }
  }

  /** Sends the command for the configured trigger, if the make has one. */
  async #prepare(port: PortLike): Promise<void> {
    const { trigger } = this.#config;
    const { presentation, triggerOn } = this.#profile;
    const command = { own: undefined, presentation, on: triggerOn }[trigger];
    if (command) {
      await writePort(port, command, this.#deps.clock);
    }
  }
}

/** With a timeout, because a pending write to an unplugged port may never call back. */
function writePort(port: PortLike, data: Uint8Array, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(WRITE_TIMEOUT_MS, () => {
      reject(new VarcoError('writeTimeout', 'The scanner did not accept a command in time'));
    });
    port.write(data, (error) => {
      cancel();
      if (error) {
        reject(new VarcoError('writeFailed', 'The scanner accepted no command', { cause: error }));
      } else {
        resolve();
      }
    });
  });
}

async function closePort(port: PortLike, clock: Clock): Promise<void> {
  if (!port.isOpen) {
    return;
  }
  await new Promise<void>((resolve) => {
    const cancel = clock.after(WRITE_TIMEOUT_MS, resolve);
    port.close(() => {
      cancel();
      resolve();
    });
  });
}

const PORT_PROBLEMS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/no such file|enoent/i, 'deviceMissing'],
  [/permission denied|eacces/i, 'permissionDenied'],
  [/cannot lock|resource temporarily|busy/i, 'deviceBusy'],
];

async function openRealPort(config: SerialScannerConfig): Promise<PortLike> {
  const { SerialPort } = await import('serialport');
  const { path, baud, parity, dataBits, stopBits } = config;
  const port = new SerialPort({
    path,
    baudRate: baud,
    parity,
    dataBits,
    stopBits,
    autoOpen: false,
  });
  return await new Promise((resolve, reject) => {
    port.open((error) => {
      if (!error) {
        resolve(port);
        return;
      }
      const known = PORT_PROBLEMS.find(([pattern]) => pattern.test(error.message));
      const code = known?.[1] ?? 'portUnusable';
      reject(new VarcoError(code, `${path} can't be opened: ${code}`, { cause: error }));
    });
  });
}
