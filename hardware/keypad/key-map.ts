import { z } from 'zod';
import type { Key } from '../ports.ts';

/** What a pad's key does: an action, the character printed on it, or nothing. */
export const keyActionSchema = z.enum([
  'backspace',
  'clear',
  'confirm',
  'end',
  'help',
  'language',
  'repeat',
  'volume',
  'privacy',
  'contrast',
  'largeText',
  'character',
  'star',
  'hash',
  'none',
]);
type KeyAction = z.infer<typeof keyActionSchema>;

/** Actions by the sign printed on the key; other signs keep their default. */
export const keyActionsSchema = z.partialRecord(
  z.enum(['A', 'B', 'C', 'D', '*', '#', '/', '-', '+', '.', ',', '=', 'numLock']),
  keyActionSchema,
);
export type KeyActions = z.infer<typeof keyActionsSchema>;

/** The signs of a matrix, row by row, as on telephones and membrane pads. */
export const matrixSigns = {
  '4x3': ['123', '456', '789', '*0#'],
  '4x4': ['123A', '456B', '789C', '*0#D'],
} as const;

/** `*` and `#` have no action here: the typing of letters on twelve keys gives them their meaning. */
const padDefaults: KeyActions = {
  A: 'help',
  B: 'language',
  C: 'repeat',
  D: 'end',
};

/** The key of a matrix pad with this sign. */
export function padKey(sign: string, actions: KeyActions = {}): Key | undefined {
  return keyOf(sign, { ...padDefaults, ...actions });
}

function keyOf(
  sign: string,
  actions: Readonly<Record<string, KeyAction | undefined>>,
): Key | undefined {
  const action = actions[sign] ?? 'character';
  switch (action) {
    case 'none':
      return undefined;
    case 'character':
      return { kind: 'character', character: sign };
    case 'star':
      return { kind: 'character', character: '*' };
    case 'hash':
      return { kind: 'character', character: '#' };
    default:
      return { kind: action };
  }
}

/** Where letters are on a keyboard: HID usages name positions, not what is printed on the keys. */
export type KeyboardLayout = 'qwerty' | 'qwertz' | 'azerty';

const layoutSwaps: Readonly<Record<KeyboardLayout, Readonly<Record<string, string>>>> = {
  qwerty: {},
  qwertz: { Y: 'Z', Z: 'Y' },
  // The M of an AZERTY board is right of L, where others have a semicolon.
  azerty: { A: 'Q', Q: 'A', W: 'Z', Z: 'W', M: ',', ';': 'M' },
};

/** A numeric pad has no `#`, so `+` takes its place. Num Lock is read as a key like any other. */
const numericPadDefaults: KeyActions = {
  numLock: 'help',
  '/': 'language',
  '*': 'star',
  '-': 'end',
  '+': 'hash',
  '.': 'repeat',
  ',': 'repeat',
  '=': 'none',
};

const USAGE_A = 0x04;
const USAGE_Z = 0x1d;
const USAGE_1 = 0x1e;
const USAGE_0 = 0x27;
const USAGE_PAD_1 = 0x59;
const USAGE_PAD_0 = 0x62;

/** Keys with the same meaning on every keyboard (HID Usage Tables 1.5, §10, page 0x07). */
const fixedUsages: Readonly<Record<number, Key>> = {
  40: { kind: 'confirm' },
  41: { kind: 'end' },
  42: { kind: 'backspace' },
  58: { kind: 'help' },
  59: { kind: 'language' },
  60: { kind: 'repeat' },
  76: { kind: 'clear' },
  88: { kind: 'confirm' },
};

/** The signs of a numeric pad's other keys. */
const padSigns: Readonly<Record<number, string>> = {
  83: 'numLock',
  84: '/',
  85: '*',
  86: '-',
  87: '+',
  99: '.',
  103: '=',
  133: ',',
};

/**
 * The key of a HID usage: letters, digits of the main row and the numeric pad (whatever Shift is), Enter,
 * Backspace, Escape (end), Delete (clear), F1 help, F2 language, F3 repeat, and the pad's other keys.
 *
 * @param usage on page 0x07.
 * @returns `undefined` for a usage without a meaning here.
 */
export function hidKey(
  usage: number,
  options: { layout: KeyboardLayout; actions?: KeyActions },
): Key | undefined {
  const fixed = fixedUsages[usage];
  if (fixed) {
    return fixed;
  }
  const sign = padSigns[usage];
  if (sign !== undefined) {
    return keyOf(sign, { ...numericPadDefaults, ...options.actions });
  }
  const character = characterOf(usage, options.layout);
  return character === undefined ? undefined : { kind: 'character', character };
}

function characterOf(usage: number, layout: KeyboardLayout): string | undefined {
  if (usage >= USAGE_1 && usage <= USAGE_0) {
    return String((usage - USAGE_1 + 1) % 10);
  }
  if (usage >= USAGE_PAD_1 && usage <= USAGE_PAD_0) {
    return String((usage - USAGE_PAD_1 + 1) % 10);
  }
  const SEMICOLON = 0x33;
  const isLetter = usage >= USAGE_A && usage <= USAGE_Z;
  if (!isLetter && usage !== SEMICOLON) {
    return undefined;
  }
  const place = isLetter ? String.fromCharCode(65 + usage - USAGE_A) : ';';
  const printed = layoutSwaps[layout][place] ?? place;
  return /^[A-Z]$/.test(printed) ? printed : undefined;
}
