import { VarcoError } from '../../shared/errors.ts';

/**
 * The serial port to a board; only what is used here, johnny-five uses more. It is handed over closed,
 * because johnny-five's handshake begins with the port's `open` event.
 */
export interface Transport {
  readonly path: string;
  readonly isOpen: boolean;
  on(event: 'close', listener: () => void): unknown;
  open(opened: (error: Error | null) => void): void;
  close(closed?: (error: Error | null) => void): void;
}

/** A johnny-five board; only what is used here. */
export interface Board {
  on(event: 'ready' | 'error', listener: () => void): this;
  digitalRead(pin: number, changed: (value: 0 | 1) => void): void;
  pinMode(pin: number, mode: number): void;
  digitalWrite(pin: number, value: 0 | 1): void;
}

export interface LedPart {
  on(): unknown;
  off(): unknown;
}

/** In johnny-five's terms a *closed* relay conducts. */
export interface RelayPart {
  close(): unknown;
  open(): unknown;
}

export interface PiezoPart {
  frequency(hertz: number, durationMs: number): unknown;
  off(): unknown;
}

export interface LcdPart {
  cursor(row: number, column: number): LcdPart;
  /** Writes one byte of the display's own character set. */
  write(characterCode: number): LcdPart;
  /** Sends an HD44780 instruction. */
  command(instruction: number): unknown;
  noBacklight(): unknown;
}

type Part<Made> = new (options: Readonly<Record<string, unknown>>) => Made;

/** The `johnny-five` package; only what is used here. */
export interface JohnnyFive {
  Board: new (options: Readonly<Record<string, unknown>>) => Board;
  Led: Part<LedPart>;
  Relay: Part<RelayPart>;
  Piezo: Part<PiezoPart>;
  LCD: Part<LcdPart>;
}

/** Imports the package, only when a config names a board. */
export async function loadJohnnyFive(): Promise<JohnnyFive> {
  // @ts-expect-error johnny-five ships no types; what is used of it is declared above.
  const module: { default: JohnnyFive } = await import('johnny-five');
  return module.default;
}

/** StandardFirmata's speed, in baud. */
const FIRMATA_BAUD = 57_600;

/** A closed port by serialport, at Firmata's speed. */
export async function serialTransport(path: string): Promise<Transport> {
  try {
    const { SerialPort } = await import('serialport');
    return new SerialPort({ path, baudRate: FIRMATA_BAUD, autoOpen: false });
  } catch (cause) {
    throw new VarcoError('serialportMissing', 'The serialport package can’t be loaded', { cause });
  }
}
