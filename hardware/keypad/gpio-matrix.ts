import { z } from 'zod';
import type { InputLine, OutputLine } from '../gpio/line.ts';
import { faultReason, type OnoffDeps, OnoffSource, type PinOpener } from '../gpio/onoff-lines.ts';
import type { Keypad, KeypadEvents } from '../ports.ts';
import { keyActionsSchema, matrixSigns, padKey } from './key-map.ts';
import { initialScan, type ScanState, scanStep } from './matrix-scan.ts';

const pins = z.array(z.number().int().min(0).max(255)).max(4);

/** The config of the `gpio-keypad` keypad. */
export const gpioKeypadConfigSchema = z
  .strictObject({
    driver: z.literal('gpio-keypad'),
    controllerLabels: z.array(z.string().min(1).max(64)).min(1).max(8).optional(),
    layout: z.enum(['4x3', '4x4']),
    /** Broadcom numbers, rows from the top and columns from the left. */
    rows: pins.length(4),
    columns: pins.min(3),
    /** Whether columns rest high by a pull-up and a key pulls them low. */
    activeLow: z.boolean().default(true),
    debounceMs: z.number().int().min(5).max(100).default(20),
    stuckMs: z.number().int().min(2_000).max(120_000).default(15_000),
    keys: keyActionsSchema.default({}),
  })
  .refine((config) => config.columns.length === (config.layout === '4x3' ? 3 : 4), {
    path: ['columns'],
    message: 'must be as many as the layout has',
  })
  .refine(
    (config) =>
      new Set([...config.rows, ...config.columns]).size ===
      config.rows.length + config.columns.length,
    { path: ['rows'], message: 'a pin is named twice' },
  );
export type GpioKeypadConfig = z.infer<typeof gpioKeypadConfigSchema>;

/** How often the matrix is scanned while a key is down, in milliseconds. */
const SCAN_MS = 5;
/** How long until pins that failed are tried again, in milliseconds. */
const FAULT_RETRY_MS = 1_000;

interface MatrixLines {
  rows: OutputLine[];
  columns: InputLine[];
  close(): void;
}

/** A keypad matrix on the machine's own pins. */
export function openGpioKeypad(config: GpioKeypadConfig, deps: OnoffDeps): Keypad {
  return new GpioKeypad(config, deps);
}

/**
 * A 4×3 or 4×4 matrix. At rest all rows are driven and the columns wait for an edge, so an idle keypad
 * needs no processor time; from the first contact on it is scanned until all keys are up.
 */
class GpioKeypad implements Keypad {
  readonly #config: GpioKeypadConfig;
  readonly #deps: OnoffDeps;
  readonly #source: OnoffSource<MatrixLines>;
  #events: KeypadEvents | undefined;
  #lines: MatrixLines | undefined;
  #scan: ScanState = initialScan;
  #cancelScan: (() => void) | undefined;
  /** Scanning causes edges on the columns too: only at rest does an edge mean a key. */
  #resting = false;

  constructor(config: GpioKeypadConfig, deps: OnoffDeps) {
    this.#config = config;
    this.#deps = { ...deps, labels: config.controllerLabels ?? deps.labels };
    this.#source = new OnoffSource((opener) => matrixLines(config, opener), this.#deps);
  }

  async start(events: KeypadEvents): Promise<void> {
    this.#events = events;
    events.health({ state: 'opening', since: this.#deps.clock.now() });
    await this.#source.start({
      ready: (lines) => this.#use(lines),
      lost: (reason) => this.#lose('lost', reason),
    });
  }

  async stop(): Promise<void> {
    this.#cancelScan?.();
    this.#cancelScan = undefined;
    this.#resting = false;
    this.#events = undefined;
    this.#lines = undefined;
    this.#scan = initialScan;
    await this.#source.stop();
  }

  #use(lines: MatrixLines): void {
    this.#lines = lines;
    for (const column of lines.columns) {
      column.watch((active) => {
        if (active) {
          this.#wake();
        }
      });
    }
    this.#events?.health({ state: 'ready', since: this.#deps.clock.now() });
    this.#rest();
  }

  /** Drives all rows, so that any key changes its column. A key that is already down wakes at once. */
  #rest(): void {
    const lines = this.#lines;
    if (!lines) {
      return;
    }
    try {
      for (const row of lines.rows) {
        row.set(true);
      }
      this.#resting = true;
      if (lines.columns.some((column) => column.read())) {
        this.#wake();
      }
    } catch (error) {
      this.#lose('failing', faultReason(error));
    }
  }

  #recover(): void {
    this.#cancelScan = undefined;
    const lines = this.#lines;
    if (lines) {
      try {
        readContacts(lines);
      } catch {
        this.#cancelScan = this.#deps.clock.after(FAULT_RETRY_MS, () => this.#recover());
        return;
      }
      this.#events?.health({ state: 'ready', since: this.#deps.clock.now() });
      this.#rest();
    }
  }

  #wake(): void {
    if (this.#resting && this.#lines) {
      this.#resting = false;
      this.#cancelScan = this.#deps.clock.after(0, () => this.#scanOnce());
    }
  }

  #scanOnce(): void {
    this.#cancelScan = undefined;
    const lines = this.#lines;
    if (!lines) {
      return;
    }
    let contacts: number;
    try {
      contacts = readContacts(lines);
    } catch (error) {
      this.#lose('failing', faultReason(error));
      return;
    }
    const { columns } = this.#config;
    const at = this.#deps.clock.monotonic();
    const step = scanStep(this.#scan, contacts, at, { columns: columns.length }, this.#config);
    this.#scan = step.state;
    if (step.stuckChanged) {
      this.#reportStuck();
    }
    for (const bit of step.pressed) {
      this.#press(bit);
    }
    if (contacts === 0 && this.#scan.held === 0) {
      this.#rest();
    } else {
      this.#cancelScan = this.#deps.clock.after(SCAN_MS, () => this.#scanOnce());
    }
  }

  #reportStuck(): void {
    const since = this.#deps.clock.now();
    this.#events?.health(
      this.#scan.stuck === 0
        ? { state: 'ready', since }
        : { state: 'failing', since, reason: 'keyStuck' },
    );
  }

  #press(bit: number): void {
    const { layout, columns, keys } = this.#config;
    const sign = matrixSigns[layout][Math.floor(bit / columns.length)]?.[bit % columns.length];
    const key = sign === undefined ? undefined : padKey(sign, keys);
    if (key) {
      this.#events?.key(key);
    }
  }

  #lose(state: 'lost' | 'failing', reason: string): void {
    this.#cancelScan?.();
    this.#cancelScan = undefined;
    this.#resting = false;
    this.#scan = initialScan;
    if (state === 'lost') {
      this.#lines = undefined;
    } else {
      this.#cancelScan = this.#deps.clock.after(FAULT_RETRY_MS, () => this.#recover());
    }
    this.#events?.health({ state, since: this.#deps.clock.now(), reason });
  }
}

function matrixLines(config: GpioKeypadConfig, opener: PinOpener): MatrixLines {
  const { activeLow } = config;
  const rows = config.rows.map((pin) => opener.output({ pin, activeLow }));
  const columns = config.columns.map((pin) => opener.input({ pin, activeLow, debounceMs: 0 }));
  return {
    rows,
    columns,
    close() {
      for (const line of [...rows, ...columns]) {
        line.close();
      }
    },
  };
}

/** Drives the rows one by one and reads the columns, as bits. */
function readContacts(lines: MatrixLines): number {
  for (const row of lines.rows) {
    row.set(false);
  }
  let contacts = 0;
  for (const [index, row] of lines.rows.entries()) {
    row.set(true);
    for (const [column, line] of lines.columns.entries()) {
      contacts |= line.read() ? 1 << (index * lines.columns.length + column) : 0;
    }
    row.set(false);
  }
  return contacts;
}
