import { CHARACTERS, characterValue, NO_VALUE } from './alphabet.ts';

/** What is left of an input once the separators are gone. */
export interface Reduced {
  /**
   * The values of the first characters, at most {@link KEPT_MAX}; `NO_VALUE` stands for one that is
   * neither an ASCII letter nor an ASCII digit.
   */
  values: number[];
  /** How many characters there are in all. */
  count: number;
}

/** More characters than any code has: what comes after them is only counted. */
export const KEPT_MAX = 32;

/** Unicode's spaces and dashes beyond ASCII: they come with text copied from a page or a document. */
const separatorsBeyondAscii = new Set([
  0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009,
  0x200a, 0x202f, 0x205f, 0x3000, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212,
]);

/** Tab, line feed, carriage return, space and `*` (Code 39's start and stop) `-` `.` `/`. */
function isSeparator(code: number): boolean {
  if (code < 128) {
    return (
      code === 0x20 ||
      code === 0x0a ||
      code === 0x0d ||
      code === 0x09 ||
      code === 0x2a ||
      code === 0x2d ||
      code === 0x2e ||
      code === 0x2f
    );
  }
  return separatorsBeyondAscii.has(code);
}

/**
 * Takes the separators out of an input: spaces, no-break spaces, CR, LF, TAB, dashes, dots, slashes and
 * Code 39's asterisks, wherever they stand. Time is linear in the input's length, memory is constant.
 */
export function reduce(input: string): Reduced {
  const values: number[] = [];
  let count = 0;
  for (let at = 0; at < input.length; at++) {
    const code = input.charCodeAt(at);
    const value = characterValue(code);
    if (value === NO_VALUE) {
      if (isSeparator(code)) {
        continue;
      }
      // A surrogate pair is one character for the person who sees it.
      if (code >= 0xd800 && code < 0xdc00) {
        const low = input.charCodeAt(at + 1);
        at += low >= 0xdc00 && low < 0xe000 ? 1 : 0;
      }
    }
    count += 1;
    if (count <= KEPT_MAX) {
      values.push(value);
    }
  }
  return { values, count };
}

/**
 * An input in upper case without separators; `undefined` if it holds anything but ASCII letters and
 * digits, or is longer than {@link KEPT_MAX}.
 */
export function reduceToText(input: string): string | undefined {
  const { values, count } = reduce(input);
  return count > KEPT_MAX || values.includes(NO_VALUE)
    ? undefined
    : values.map((value) => CHARACTERS.charAt(value)).join('');
}
