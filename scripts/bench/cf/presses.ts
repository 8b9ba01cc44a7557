import { PROVISIONAL_LENGTH } from '../../../device/session/code-entry.ts';
import { lettersOnKey, possibleLetters } from '../../../device/session/entry-letters.ts';
import type { EntryMethod } from '../../../device/session/entry-state.ts';

/** The key that a letter is on. */
function keyOf(letter: string): string {
  return Array.from('23456789').find((key) => lettersOnKey(key).includes(letter)) ?? '';
}

const isDigit = (character: string) => character >= '0' && character <= '9';

/** Positions, from 0, of digits or the omocodia letters that replace them. */
const digitPositions = [6, 7, 9, 10, 12, 13, 14];

/**
 * The key presses that enter a code, without the final confirmation. All methods but `direct` use twelve
 * keys; multi-tap presses "next" only where it has to.
 */
export function pressesOf(method: EntryMethod, code: string): string[] {
  if (method === 'direct') {
    return Array.from(code);
  }
  if (code.length === PROVISIONAL_LENGTH) {
    return ['*', ...code];
  }
  const presses: string[] = [];
  let tapping = '';
  for (const [at, character] of Array.from(code).entries()) {
    const prefix = code.slice(0, at);
    const key = isDigit(character) ? character : keyOf(character);
    if (digitPositions.includes(at) && !isDigit(character)) {
      presses.push('*');
    } else if (key === tapping) {
      presses.push('#');
    }
    tapping = '';
    if (isDigit(character)) {
      presses.push(character);
    } else if (method === 'keyIndex') {
      presses.push(key, String(lettersOnKey(key).indexOf(character) + 1));
    } else {
      const letters = possibleLetters(prefix, key);
      presses.push(...key.repeat(letters.indexOf(character) + 1));
      tapping = letters.length > 1 ? key : '';
    }
  }
  return presses;
}
