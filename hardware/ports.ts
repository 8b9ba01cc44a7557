import type { DecodedCredential } from '../shared/credential/credential.ts';

/**
 * The ports: all that the kiosk's mind knows of its hands and eyes. A driver implements one of these;
 * `open.ts` picks it by the name in the config; the real and the simulated driver differ in their
 * binding and in nothing that is visible here.
 *
 * Every port is quiet until `start`, reports through the sink handed to `start`, never throws past
 * itself once started, and leaves nothing behind after `stop`.
 */

/** What a driver says of its device. `reason` is a stable code, such as `ENOENT` or `permissionDenied`. */
export type Health =
  | { state: 'opening'; since: number }
  | { state: 'ready'; since: number }
  | { state: 'lost'; since: number; reason: string }
  | { state: 'failing'; since: number; reason: string };

/** The symbologies a kiosk reads: QR always, Code 39 (Tessera Sanitaria) only when asked for. */
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
  /** When it was read, by the monotonic clock, in milliseconds. */
  at: number;
  /** For cameras: how many frames were looked at since the last reading, this one included. */
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
  /** Several different codes of ours are in view at once: "one code, please". */
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
  /** The symbologies to look for from now on; `qr` alone until told otherwise. */
  expect(symbologies: readonly Symbology[]): void;
}

/**
 * A key, already translated from the device: a digit, a letter `A`–`Z`, `*`, `#`, or an action.
 * `source` of the press does not matter to the session.
 */
export type Key =
  | { kind: 'character'; character: string }
  | { kind: 'backspace' }
  | { kind: 'clear' }
  | { kind: 'confirm' }
  /** Takes what the screen suggests. */
  | { kind: 'accept' }
  | { kind: 'end' }
  | { kind: 'help' }
  | { kind: 'language' }
  /** Says the screen again, from its beginning. */
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

/** What the lamp and the sound say: four signals, distinct without colour (domain §8). */
export type Signal = 'off' | 'read' | 'granted' | 'refused' | 'askStaff';

export interface Indicator {
  start(events: { health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
  show(signal: Signal): void;
}

export interface TurnstileEvents {
  health(health: Health): void;
}

/** `notPassed`: nobody went through in time, and the opening is annulled. */
export type Passage = 'passed' | 'notPassed';

/** A turnstile relay: closed at rest, at start, at stop and at a crash. */
export interface Turnstile {
  start(events: TurnstileEvents): Promise<void>;
  stop(): Promise<void>;
  /**
   * Energises the relay for `pulseMs`, bounded by the driver; a second call while open makes it no longer.
   * Where a passage sensor is wired, `went` is told once whether somebody went through.
   */
  open(pulseMs: number, went?: (passage: Passage) => void): Promise<void>;
  /** Looks at the relay at rest where it can be read back; what is wrong, as a stable code. */
  check?(): string | undefined;
}

/**
 * A display shows screens. `Screen` is the session's own type: the display driver treats it as data,
 * so that this file depends on no session.
 */
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

/** Speech. `say` interrupts what is being said. */
export interface Speaker {
  start(events: { health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
  say(text: string, language: string): void;
  silence(): void;
  /** In place of a character that must not be spoken aloud. */
  click(): void;
  /** The next step of loudness, from the loudest back to the softest; says which, 20 to 100. */
  turnVolume(): number;
  /** Back to the config's, for the next person. */
  resetVolume(): void;
  /** The loudness that each person finds from now on, 20 to 100, in place of the config's. */
  setUsualVolume?(percent: number): void;
}

/** The headset's jack: characters of the code are spoken only while something is plugged into it. */
export interface Headset {
  start(events: { plugged(plugged: boolean): void; health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
}

/** What is printed: no word of it tells who the person is. */
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
  /** Resolves when the printer took all of it; rejects with a stable code, such as `paperOut`. */
  print(receipt: PrintedReceipt): Promise<void>;
}
