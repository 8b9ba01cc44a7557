import type { DecodedCredential } from '../shared/credential/credential.ts';

/**
 * The ports: all that the kiosk knows of its peripherals. A driver implements one of them, and `open.ts`
 * picks the driver by its name in the config. Nothing here distinguishes a real driver from a simulated one.
 *
 * A port does nothing before `start`, reports through the events given to `start`, throws no error of its
 * own accord once started, and leaves nothing behind after `stop`.
 */

/** A device's health by its driver. `reason` is a stable code, such as `ENOENT` or `permissionDenied`. */
export type Health =
  | { state: 'opening'; since: number }
  | { state: 'ready'; since: number }
  | { state: 'lost'; since: number; reason: string }
  | { state: 'failing'; since: number; reason: string };

/** The symbologies that a kiosk reads: QR always, Code 39 (Tessera Sanitaria) only on demand. */
export type Symbology = 'qr' | 'code39';

/** What the kiosk found when it checked a text; it travels with the reading, so that one check is enough. */
export interface CodeCheck {
  /** By its signature or its check character: then one sighting is enough. */
  isProven: boolean;
  /** The credential of a QR, or why it is none. */
  credential?: DecodedCredential | undefined;
}

/** A code that was read. It is personal data: it is never logged and never written. */
export interface Reading {
  text: string;
  symbology: Symbology;
  /** The name of the scanner in the config, such as `camera`. */
  source: string;
  /** When it was read, in milliseconds of the monotonic clock. */
  at: number;
  /** For cameras: the number of frames since the last reading, this one included. */
  frames?: number;
  /** For a driver that had the text checked; absent: nobody has checked it yet. */
  check?: CodeCheck | undefined;
}

/**
 * A scanner's name as a peripheral, by its place in the config: the first is `scanner`, whatever its
 * driver, and the others are `scanner.2`, `scanner.3`, …
 */
export type ScannerName = 'scanner' | `scanner.${number}`;

/**
 * What a scanner reports. `scanner` says which of several it is; a driver, which is always one, leaves
 * it out and is `scanner`.
 */
export interface ScannerEvents {
  reading(reading: Reading): void;
  /** Something that looks like a code is in view and can't be read: "closer, hold still". */
  unreadable(source: string): void;
  /** The health of this one scanner; the kiosk can read as long as any of its scanners is ready. */
  health(health: Health, scanner?: ScannerName): void;
  /** Several different credentials are in view at once: "one code, please". */
  several?(source: string): void;
  /** Called when what a camera sees as a whole has changed for good; it is `clear` until then. */
  view?(view: CameraView, scanner?: ScannerName): void;
}

/**
 * What keeps a working camera from seeing, for status and self-test. It is no fault of the camera: the
 * scanner stays `ready`, and the gate open.
 */
export type CameraView = 'clear' | 'lensCovered' | 'tooDark' | 'glare' | 'outOfFocus';

export interface Scanner {
  start(events: ScannerEvents): Promise<void>;
  stop(): Promise<void>;
  /** Sets the symbologies to look for; `qr` alone until the first call. */
  expect(symbologies: readonly Symbology[]): void;
}

/** A key, translated from the device's own codes: a digit, a letter `A`–`Z`, `*`, `#`, or an action. */
export type Key =
  | { kind: 'character'; character: string }
  | { kind: 'backspace' }
  | { kind: 'clear' }
  | { kind: 'confirm' }
  /** Accepts the screen's suggestion. */
  | { kind: 'accept' }
  | { kind: 'end' }
  | { kind: 'help' }
  | { kind: 'language' }
  /** Speaks the screen again from the beginning. */
  | { kind: 'repeat' }
  | { kind: 'privacy' }
  | { kind: 'contrast' }
  | { kind: 'largeText' }
  | { kind: 'volume' };

export interface KeypadEvents {
  key(key: Key): void;
  health(health: Health): void;
}

export interface Keypad {
  start(events: KeypadEvents): Promise<void>;
  stop(): Promise<void>;
}

/** The states of lamps and sounds: `off` and four signals, which differ in more than colour. */
export type Signal = 'off' | 'read' | 'granted' | 'refused' | 'askStaff';

export interface Indicator {
  start(events: { health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
  show(signal: Signal): void;
}

export interface TurnstileEvents {
  health(health: Health): void;
}

/** `notPassed`: nobody walked through in time, and the opening is cancelled. */
export type Passage = 'passed' | 'notPassed';

/** A turnstile relay: closed at rest, at start, at stop and at a crash. */
export interface Turnstile {
  start(events: TurnstileEvents): Promise<void>;
  stop(): Promise<void>;
  /**
   * Energises the relay for `pulseMs`, clamped by the driver; a second call while open does not extend it.
   * With a passage sensor, `onPassage` is called once: whether somebody walked through.
   */
  open(pulseMs: number, onPassage?: (passage: Passage) => void): Promise<void>;
  /** Checks the relay at rest where it can be read back; returns the fault as a stable code. */
  check?(): string | undefined;
}

/** A display. `Screen` is the session's type, and plain data to a driver, so that ports depend on nothing. */
export interface Display<Screen = unknown> {
  start(events: DisplayEvents): Promise<void>;
  stop(): Promise<void>;
  show(screen: Screen): void;
}

export interface DisplayEvents {
  /** A touch key on the screen. */
  key(key: Key): void;
  /** The page painted the screen with this sequence number. */
  painted(sequence: number): void;
  health(health: Health): void;
}

/** Speech. `say` interrupts the current speech. */
export interface Speaker {
  start(events: { health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
  say(text: string, language: string): void;
  silence(): void;
  /** The sound in place of a character that must not be spoken aloud. */
  click(): void;
  /** Steps the volume up, from the loudest back to the softest; returns it, 20 to 100. */
  turnVolume(): number;
  /** Sets the usual volume again, for the next person. */
  resetVolume(): void;
  /** Sets the usual volume, 20 to 100, in place of the config's. */
  setUsualVolume?(percent: number): void;
}

/** The headset jack: characters of the code are spoken only while a headset is plugged in. */
export interface Headset {
  start(events: { plugged(plugged: boolean): void; health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
}

/** The text of a receipt. Nothing of it identifies the person. */
export interface PrintedReceipt {
  words: Record<'heading' | 'outcome' | 'policy' | 'gate' | 'time' | 'number', string>;
  policyTitle: string;
  gateName: string;
  timeText: string;
  receiptNumber: string;
}

/** A receipt printer. */
export interface Printer {
  start(events: { health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when the printer has taken all of it; rejects with a stable code, such as `paperOut`. */
  print(receipt: PrintedReceipt): Promise<void>;
}
