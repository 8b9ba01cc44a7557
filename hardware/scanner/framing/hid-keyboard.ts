import { identifyScan, SCAN_LENGTH_MAX, type ScannedText } from './scan-text.ts';

/** The keyboard layout that the scanner is configured for; the host's layout does not matter. */
export type KeyboardLayout = 'us' | 'it';

/** Longest time between two keys of a scanner, in milliseconds; people type more slowly. */
const KEY_GAP_MAX_MS = 100;
const BURST_LENGTH_MIN = 4;

const USAGE_A = 0x04;
const USAGE_1 = 0x1e;
const USAGE_ENTER = 0x28;
const USAGE_TAB = 0x2b;
const USAGE_KEYPAD_ENTER = 0x58;
const SHIFTS = 0x22;
/** AltGr, for `@`, `#`, `[` and `]` on an Italian keyboard. */
const ALT_GR = 0x40;

type Keys = Readonly<Record<number, readonly [plain: string, shifted: string, altGr?: string]>>;

/** Keys other than letters, by usage (HID Usage Tables 1.12, §10). */
const US: Keys = {
  30: ['1', '!'],
  31: ['2', '@'],
  32: ['3', '#'],
  33: ['4', '$'],
  34: ['5', '%'],
  35: ['6', '^'],
  36: ['7', '&'],
  37: ['8', '*'],
  38: ['9', '('],
  39: ['0', ')'],
  44: [' ', ' '],
  45: ['-', '_'],
  46: ['=', '+'],
  47: ['[', '{'],
  48: [']', '}'],
  49: ['\\', '|'],
  51: [';', ':'],
  52: ["'", '"'],
  53: ['`', '~'],
  54: [',', '<'],
  55: ['.', '>'],
  56: ['/', '?'],
};

const ITALIAN: Keys = {
  30: ['1', '!'],
  31: ['2', '"'],
  32: ['3', '£'],
  33: ['4', '$'],
  34: ['5', '%'],
  35: ['6', '&'],
  36: ['7', '/'],
  37: ['8', '('],
  38: ['9', ')'],
  39: ['0', '='],
  44: [' ', ' '],
  45: ["'", '?'],
  46: ['ì', '^'],
  47: ['è', 'é', '['],
  48: ['+', '*', ']'],
  49: ['ù', '§'],
  50: ['ù', '§'],
  51: ['ò', 'ç', '@'],
  52: ['à', '°', '#'],
  53: ['\\', '|'],
  54: [',', ';'],
  55: ['.', ':'],
  56: ['-', '_'],
  100: ['<', '>'],
};

const LAYOUTS: Record<KeyboardLayout, Keys> = { us: US, it: ITALIAN };

const KEYPAD: Readonly<Record<number, string>> = {
  84: '/',
  85: '*',
  86: '-',
  87: '+',
  98: '0',
  99: '.',
};

/** The character of a key, or nothing if it types none. */
export function keyCharacter(
  usage: number,
  modifiers: number,
  layout: KeyboardLayout,
): string | undefined {
  const shifted = (modifiers & SHIFTS) !== 0;
  if (usage >= USAGE_A && usage < USAGE_1) {
    const letter = String.fromCharCode(97 + usage - USAGE_A);
    return shifted ? letter.toUpperCase() : letter;
  }
  if (usage >= 89 && usage <= 97) {
    return String(usage - 88);
  }
  const key = LAYOUTS[layout][usage];
  if (!key) {
    return KEYPAD[usage];
  }
  return (modifiers & ALT_GR) !== 0 ? key[2] : key[shifted ? 1 : 0];
}

/**
 * Assembles codes from the boot reports (modifiers, 0, six keys) of a scanner that types (keyboard wedge).
 * A burst ends with Enter, Tab or silence; slower typing is a person's and is ignored.
 */
export class KeyboardBursts {
  readonly #layout: KeyboardLayout;
  #text = '';
  #lastAt = Number.NEGATIVE_INFINITY;
  #held: number[] = [];

  constructor(layout: KeyboardLayout) {
    this.#layout = layout;
  }

  /** Whether a burst has begun and not ended. */
  get pending(): boolean {
    return this.#text.length > 0;
  }

  /** @returns the code that this report completes, by Enter or Tab. */
  push(report: Uint8Array, at: number): ScannedText | undefined {
    if (report.length < 8) {
      return undefined;
    }
    const modifiers = report[report.length - 8] ?? 0;
    const down = [...report.subarray(-6)].filter((usage) => usage > 3);
    const pressed = down.filter((usage) => !this.#held.includes(usage));
    this.#held = down;
    let code: ScannedText | undefined;
    for (const usage of pressed) {
      if (at - this.#lastAt > KEY_GAP_MAX_MS) {
        this.#text = '';
      }
      this.#lastAt = at;
      if (usage === USAGE_ENTER || usage === USAGE_TAB || usage === USAGE_KEYPAD_ENTER) {
        code = this.quiet() ?? code;
      } else if (this.#text.length < SCAN_LENGTH_MAX) {
        this.#text += keyCharacter(usage, modifiers, this.#layout) ?? '';
      }
    }
    return code;
  }

  /** Ends a burst by silence: what was typed is a code. */
  quiet(): ScannedText | undefined {
    const text = this.#text;
    this.#text = '';
    return text.length >= BURST_LENGTH_MIN ? identifyScan(text) : undefined;
  }
}

/** Silence after which a burst without Enter is complete. */
export const BURST_QUIET_MS = KEY_GAP_MAX_MS * 2;
