/**
 * How the generated tables are packed: one printable character a digit, so that a table is short and
 * still compresses. Quotes, backquote, backslash and dollar are left out: they would need escapes.
 */
export const DIGITS = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at))
  .filter((character) => !"'`\\$".includes(character))
  .join('');

/** Ranks are two digits of this base: it compresses best. */
export const RANK_BASE = 24;

/** The number that one digit means. */
export function fromDigit(digit: string): number {
  return DIGITS.indexOf(digit);
}
