import { z } from 'zod';
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Health, PrintedReceipt, Printer } from '../ports.ts';
import { watchNode } from '../serial/node-watch.ts';
import {
  type PrinterState,
  parseStatus,
  receiptBytes,
  type StatusKind,
  statusRequest,
} from './escpos.ts';
import { receiptLines, receiptSchema } from './receipt.ts';

/** The config of the `escpos` receipt printer. */
export const escposConfigSchema = z.strictObject({
  driver: z.literal('escpos'),
  /** The device node, such as `/dev/serial/by-id/…`. */
  path: z.string().min(1).max(255),
  baudRate: z
    .union([z.literal(9_600), z.literal(19_200), z.literal(38_400), z.literal(115_200)])
    .default(19_200),
  /** Characters per line: 32 on 58 mm paper, 42 or 48 on 80 mm. */
  columns: z.number().int().min(24).max(64).default(32),
});
export type EscposConfig = z.infer<typeof escposConfigSchema>;

/** A serial port, as `serialport` has it; only what is used here. */
export interface PrinterPort {
  readonly isOpen: boolean;
  open(opened: (error: Error | null) => void): void;
  close(closed: (error: Error | null) => void): void;
  write(bytes: Uint8Array, written: (error: Error | null | undefined) => void): unknown;
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

/** What the printer needs from outside. */
export interface PrinterDeps {
  clock: Clock;
  random: () => number;
  port?: (config: EscposConfig) => Promise<PrinterPort>;
  watch?: (path: string, gone: () => void) => () => void;
}

const RETRY = { firstMs: 500, longestMs: 30_000, factor: 2 };
/** How long a write may take, in milliseconds. */
const WRITE_TIMEOUT_MS = 5_000;
/** How long a printer may take to answer a status request. One that never answers is taken as ready. */
const STATUS_TIMEOUT_MS = 300;
/** How often the status is asked for, in milliseconds. */
const STATUS_EVERY_MS = 30_000;

/** Opens a receipt printer on a serial port. */
export function openEscposPrinter(config: EscposConfig, deps: PrinterDeps): Printer {
  return new EscposPrinter(config, deps);
}

class EscposPrinter implements Printer {
  readonly #config: EscposConfig;
  readonly #deps: PrinterDeps;
  #report: ((health: Health) => void) | undefined;
  #port: PrinterPort | undefined;
  #unwatch: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #attempt = 0;
  #isPrinting = false;
  #answer: ((byte: number) => void) | undefined;
  #lastState: PrinterState | 'lost' = 'lost';

  constructor(config: EscposConfig, deps: PrinterDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    this.#report = (health) => events.health(health);
    this.#report({ state: 'opening', since: this.#deps.clock.now() });
    await this.#open();
  }

  async stop(): Promise<void> {
    this.#report = undefined;
    this.#cancelTimer?.();
    this.#unwatch?.();
    const port = this.#port;
    this.#port = undefined;
    await closed(port);
  }

  /**
   * Prints one receipt at a time; resolves when the printer has taken all of it.
   *
   * @throws VarcoError `printerLost`, `printerBusy`, `printerTimeout` (the port took no bytes),
   * `paperOut`, `coverOpen`, `printerFault`.
   */
  async print(receipt: PrintedReceipt): Promise<void> {
    const lines = receiptLines(receiptSchema.parse(receipt));
    const port = this.#port;
    if (!port) {
      throw new VarcoError('printerLost', 'The receipt printer is not connected');
    }
    if (this.#isPrinting) {
      throw new VarcoError('printerBusy', 'The receipt printer is printing');
    }
    this.#isPrinting = true;
    try {
      const state = await this.#queryState(port);
      this.#reportState(state);
      refuseUnlessReady(state);
      await this.#write(port, receiptBytes(lines, this.#config.columns));
    } finally {
      this.#isPrinting = false;
    }
  }

  async #open(): Promise<void> {
    let port: PrinterPort | undefined;
    try {
      port = await (this.#deps.port ?? serialPort)(this.#config);
      const opened = port;
      opened.on('error', () => this.#lose(opened));
      opened.on('close', () => this.#lose(opened));
      // serialport notices a pulled cable only while somebody listens for data.
      opened.on('data', (bytes) => {
        const byte = bytes[0];
        if (byte !== undefined) {
          this.#answer?.(byte);
        }
      });
      await new Promise<void>((resolve, reject) => {
        opened.open((error) => (error ? reject(error) : resolve()));
      });
    } catch {
      this.#retry();
      return;
    }
    if (!this.#report) {
      await closed(port);
      return;
    }
    this.#port = port;
    this.#attempt = 0;
    const held = port;
    this.#unwatch = (this.#deps.watch ?? watchNode)(this.#config.path, () => {
      void closed(held);
      this.#lose(held);
    });
    await this.#poll(port);
  }

  /** Asks for the status regularly, so that missing paper is known before somebody wants a receipt. */
  async #poll(port: PrinterPort): Promise<void> {
    if (!this.#isPrinting) {
      const state = await this.#queryState(port).catch(() => 'fault' as const);
      if (this.#port === port) {
        this.#reportState(state);
      }
    }
    if (this.#port === port) {
      this.#cancelTimer = this.#deps.clock.after(STATUS_EVERY_MS, () => void this.#poll(port));
    }
  }

  async #queryState(port: PrinterPort): Promise<PrinterState> {
    for (const kind of [2, 3, 4] as const) {
      await this.#write(port, statusRequest(kind));
      const state = await this.#answerTo(kind);
      if (state !== undefined && state !== 'ready' && state !== 'paperLow') {
        return state;
      }
    }
    return 'ready';
  }

  #answerTo(kind: StatusKind): Promise<PrinterState | undefined> {
    return new Promise((resolve) => {
      const finish = (state: PrinterState | undefined) => {
        cancel();
        this.#answer = undefined;
        resolve(state);
      };
      const cancel = this.#deps.clock.after(STATUS_TIMEOUT_MS, () => finish(undefined));
      this.#answer = (byte) => {
        const state = parseStatus(kind, byte);
        if (state !== undefined) {
          finish(state);
        }
      };
    });
  }

  #write(port: PrinterPort, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#deps.clock.after(WRITE_TIMEOUT_MS, () =>
        reject(new VarcoError('printerTimeout', 'The receipt printer takes no bytes')),
      );
      port.write(bytes, (error) => {
        cancel();
        if (error) {
          reject(new VarcoError('printerLost', 'The receipt printer is gone', { cause: error }));
        } else {
          resolve();
        }
      });
    });
  }

  #reportState(state: PrinterState): void {
    if (state === this.#lastState) {
      return;
    }
    this.#lastState = state;
    const since = this.#deps.clock.now();
    this.#report?.(
      state === 'ready' || state === 'paperLow'
        ? { state: 'ready', since }
        : { state: 'failing', since, reason: state },
    );
  }

  #lose(port: PrinterPort): void {
    if (this.#port === port) {
      this.#port = undefined;
      this.#unwatch?.();
      this.#cancelTimer?.();
      this.#retry();
    }
  }

  #retry(): void {
    if (!this.#report) {
      return;
    }
    if (this.#lastState !== 'lost' || this.#attempt === 0) {
      this.#lastState = 'lost';
      this.#report({ state: 'lost', since: this.#deps.clock.now(), reason: 'unplugged' });
    }
    const delayMs = RETRY.firstMs + backoffMs(this.#attempt++, RETRY, this.#deps.random());
    this.#cancelTimer = this.#deps.clock.after(delayMs, () => void this.#open());
  }
}

function refuseUnlessReady(state: PrinterState): void {
  switch (state) {
    case 'paperOut':
      throw new VarcoError('paperOut', 'The receipt printer has no paper');
    case 'coverOpen':
      throw new VarcoError('coverOpen', 'The receipt printer is open');
    case 'fault':
      throw new VarcoError('printerFault', 'The receipt printer reports a fault');
    case 'ready':
    case 'paperLow':
      return;
  }
}

async function serialPort(config: EscposConfig): Promise<PrinterPort> {
  const { SerialPort } = await import('serialport');
  const { path, baudRate } = config;
  return new SerialPort({ path, baudRate, autoOpen: false });
}

function closed(port: PrinterPort | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (port?.isOpen) {
      port.close(() => resolve());
    } else {
      resolve();
    }
  });
}
