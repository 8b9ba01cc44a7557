import { KEY_LETTERS } from '../../shared/codice-fiscale/confusion.ts';
import { expectedAfter } from '../../shared/codice-fiscale/expect.ts';

/** The letters printed on a key; none for 0, 1, `*` and `#`. */
export function lettersOnKey(key: string): string {
  return /^[2-9]$/.test(key) ? (KEY_LETTERS[key] ?? '') : '';
}

/** The letters of a key that can come next in a code, in the order in which they are printed. */
export function possibleLetters(prefix: string, key: string): string {
  const { letters } = expectedAfter(prefix);
  return Array.from(lettersOnKey(key))
    .filter((letter) => letters.includes(letter))
    .join('');
}
