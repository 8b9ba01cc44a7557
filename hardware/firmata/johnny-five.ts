import type { Duplex } from 'node:stream';
import { VarcoError } from '../../shared/errors.ts';

/** The cable to a board; serialport's port is one. Not open yet: the board must hear it open. */
export interface Transport extends Pick<Duplex, 'on' | 'once' | 'removeAllListeners'> {
  readonly path: string;
  readonly isOpen: boolean;
  open(opened: (error: Error | null) => void): void;
  close(closed?: (error: Error | null) => void): void;
}

/** A johnny-five board; only what is used here. */
export interface Board {
  readonly isReady: boolean;
  on(event: 'ready' | 'close' | 'disconnect', listener: () => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  /** How many pins the firmware reported. */
  readonly pins: Readonly<Record<string, unknown>> | null;
  digitalRead(pin: number, changed: (value: 0 | 1) => void): void;
  pinMode(pin: number, mode: number): void;
  digitalWrite(pin: number, value: 0 | 1): void;
}

export interface LedPart {
  on(): unknown;
  off(): unknown;
}

/** johnny-five's words: a *closed* relay conducts. */
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
  clear(): LcdPart;
  createChar(address: number, rows: readonly number[]): unknown;
  noBacklight(): unknown;
  backlight(): unknown;
}

type Part<Made> = new (options: Readonly<Record<string, unknown>>) => Made;

/** The `johnny-five` package, handed in; only what is used here. */
export interface JohnnyFive {
  Board: new (options: Readonly<Record<string, unknown>>) => Board;
  Led: Part<LedPart>;
  Relay: Part<RelayPart>;
  Piezo: Part<PiezoPart>;
  LCD: Part<LcdPart>;
}

/** Imports the package; nothing else of the kiosk needs it. */
export async function loadJohnnyFive(): Promise<JohnnyFive> {
  // @ts-expect-error johnny-five ships no types; what is used of it is declared above.
  const module: { default: unknown } = await import('johnny-five');
  return module.default as JohnnyFive;
}

/** StandardFirmata's speed, in baud. */
const FIRMATA_BAUD = 57_600;

/** A serial port as a board's cable, by serialport. */
export async function serialTransport(path: string): Promise<Transport> {
  try {
    const { SerialPort } = await import('serialport');
    return new SerialPort({
      path,
      baudRate: FIRMATA_BAUD,
      autoOpen: false,
    }) as unknown as Transport;
  } catch (cause) {
    throw new VarcoError('serialportMissing', 'The serialport package can’t be loaded', { cause });
  }
}
