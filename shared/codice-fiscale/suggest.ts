import { CHARACTERS, DIGIT_POSITIONS, NO_VALUE } from './alphabet.ts';
import { isValid, type ParseOptions } from './check.ts';
import { asItsKind, meantBy } from './confusion.ts';
import { KEPT_MAX, reduce } from './reduce.ts';

/**
 * How a code may have come to be wrong, most likely first.
 *
 * - `misplaced`: digits that look like letters where letters stand, or the other way about.
 * - `lookalike`: one character was taken for another, such as 5 for S.
 * - `unreadable`: one character is not of the alphabet.
 * - `swapped`: two neighbours changed places.
 * - `extra`, `missing`: one character too many; one of two that are the same was left out.
 * - `neighbour`: the key beside the right one was pressed, or the same key too often.
 */
export type Slip =
  | 'misplaced'
  | 'lookalike'
  | 'unreadable'
  | 'swapped'
  | 'extra'
  | 'missing'
  | 'neighbour';

/** A valid code one slip away from what was entered. Personal data, as the code itself. */
export interface Suggestion {
  code: string;
  slip: Slip;
  /** Where it differs from what was entered, positions from 1 in the code suggested. */
  positions: number[];
}

/** More suggestions than this help nobody. */
export const SUGGESTIONS_MAX = 8;

const order: Slip[] = [
  'misplaced',
  'lookalike',
  'unreadable',
  'swapped',
  'extra',
  'missing',
  'neighbour',
];

/** Stands for a character that could not be read. */
const UNREADABLE = '?';

/**
 * What a code that is refused may have been meant to be: valid codes one slip away, the likeliest first,
 * at most {@link SUGGESTIONS_MAX}. To be offered to the person, never applied: a code one slip away may
 * be somebody else's. Nothing is suggested for a code that is valid.
 *
 * Misplaced look-alikes (`O` for 0, `I` for 1, 5 for S) are put right first and together, since they can
 * be nothing else; the one slip is on top of that.
 *
 * @example suggest('RSSMRA8OA01H501U') // [{ code: 'RSSMRA80A01H501U', slip: 'misplaced', positions: [8] }]
 */
export function suggest(input: string, options: ParseOptions = {}): Suggestion[] {
  const { values, count } = reduce(typeof input === 'string' ? input : '');
  if (count > KEPT_MAX || isValid(input, options)) {
    return [];
  }
  const entered = values
    .map((value) => (value === NO_VALUE ? UNREADABLE : CHARACTERS.charAt(value)))
    .join('');
  const found = new Map<string, Suggestion>();
  const lengths = lengthOf(entered);
  const tryCode = (code: string, slip: Slip, positions: number[]): void => {
    if (!found.has(code) && isValid(code, options)) {
      const ordered = [...new Set(positions)].sort((one, other) => one - other);
      found.set(code, { code, slip, positions: ordered });
    }
  };
  if (lengths === undefined) {
    return [];
  }
  const { text, positions } = putInPlace(entered, lengths);
  if (text.length === lengths) {
    tryCode(text, 'misplaced', positions);
    const put = found.size > 0;
    // A letter and a digit that changed places are both misplaced: the swap is of what was entered.
    trySwaps(entered, [], tryCode);
    if (!put) {
      oneSlip(text, positions, tryCode);
    }
  } else {
    otherLength(text, lengths, tryCode);
  }
  return [...found.values()]
    .sort((one, other) => unlikeliness(one, text) - unlikeliness(other, text))
    .slice(0, SUGGESTIONS_MAX);
}

/** Less is likelier. Omocodia is rare: a slip that brings in one more of its letters comes last. */
function unlikeliness({ slip, code }: Suggestion, entered: string): number {
  const rare = omocodiaLetters(code) > omocodiaLetters(entered) ? order.length : 0;
  return order.indexOf(slip) + rare;
}

function omocodiaLetters(code: string): number {
  return DIGIT_POSITIONS.filter((at) => /[L-NP-V]/.test(code.charAt(at))).length;
}

type Try = (code: string, slip: Slip, positions: number[]) => void;

/** The length that was meant: 16, or 11 if it is nearly all digits; `undefined` if neither is near. */
function lengthOf(entered: string): 16 | 11 | undefined {
  if (entered.length >= 15 && entered.length <= 17) {
    return 16;
  }
  const digits = entered.replace(/\D/g, '').length;
  const near = entered.length >= 10 && entered.length <= 12;
  return near && digits >= entered.length - 3 ? 11 : undefined;
}

/** Puts misplaced look-alikes right where the length says what stands where. */
function putInPlace(entered: string, length: 16 | 11): { text: string; positions: number[] } {
  if (entered.length !== length) {
    return { text: entered, positions: [] };
  }
  const positions: number[] = [];
  const text = Array.from(entered, (character, at) => {
    // All positions of a provisional code are digits, as position 7 of a full one is.
    const meant = asItsKind(character, length === 16 ? at : 6);
    if (meant !== character) {
      positions.push(at + 1);
    }
    return meant;
  }).join('');
  return { text, positions };
}

function replaced(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1);
}

function oneSlip(text: string, before: number[], tryCode: Try): void {
  const unreadable = text.indexOf(UNREADABLE);
  if (unreadable >= 0) {
    if (text.lastIndexOf(UNREADABLE) === unreadable) {
      for (const character of CHARACTERS) {
        tryCode(replaced(text, unreadable, character), 'unreadable', [...before, unreadable + 1]);
      }
    }
    return;
  }
  for (const slip of ['lookalike', 'neighbour'] as const) {
    for (let at = 0; at < text.length; at++) {
      for (const character of meantBy(text.charAt(at), slip)) {
        tryCode(replaced(text, at, character), slip, [...before, at + 1]);
      }
    }
    if (slip === 'lookalike') {
      trySwaps(text, before, tryCode);
    }
  }
}

function trySwaps(text: string, before: number[], tryCode: Try): void {
  for (let at = 0; at + 1 < text.length; at++) {
    const swapped = text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
    tryCode(swapped, 'swapped', [...before, at + 1, at + 2]);
  }
}

/** One character too many, or one of a pair too few. */
function otherLength(text: string, length: number, tryCode: Try): void {
  for (let at = 0; at < text.length; at++) {
    if (text.length === length + 1) {
      tryCode(text.slice(0, at) + text.slice(at + 1), 'extra', [at + 1]);
    } else if (text.length === length - 1) {
      tryCode(text.slice(0, at) + text.charAt(at) + text.slice(at), 'missing', [at + 2]);
    }
  }
}
