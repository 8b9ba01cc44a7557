/**
 * The characters of an HD44780. Its ROM versions share little beyond printable ASCII (and the common one
 * has a yen sign for the backslash and an arrow for the tilde), but each holds eight custom glyphs at a
 * time. The accented letters of our languages become glyphs; beyond eight at once they fall back to
 * similar ASCII.
 */
import { withoutBidiControls } from '../../shared/isolated-text.ts';

/** How many custom glyphs the display holds. */
export const GLYPH_SLOTS = 8;

/** A custom glyph: eight rows of five pixels, the leftmost the highest bit. */
export type Glyph = readonly number[];

/** The five lower rows of the small letters that take accents. */
const bodies: Readonly<Record<string, readonly string[]>> = {
  a: [' ### ', '    #', ' ####', '#   #', ' ####'],
  c: [' ### ', '#    ', '#    ', '#   #', ' ### '],
  e: [' ### ', '#   #', '#####', '#    ', ' ### '],
  i: [' ##  ', '  #  ', '  #  ', '  #  ', ' ### '],
  o: [' ### ', '#   #', '#   #', '#   #', ' ### '],
  s: [' ####', '#    ', ' ### ', '    #', '#### '],
  u: ['#   #', '#   #', '#   #', '#  ##', ' ## #'],
  z: ['#####', '   # ', '  #  ', ' #   ', '#####'],
};

/** The two upper rows by Unicode combining mark (NFD). */
const marks: Readonly<Record<string, readonly string[]>> = {
  '\u0300': [' #   ', '  #  '],
  '\u0301': ['   # ', '  #  '],
  '\u0302': ['  #  ', ' # # '],
  '\u0308': [' # # ', '     '],
  '\u030c': [' # # ', '  #  '],
};

/** Characters with a whole glyph of their own. */
const signs: Readonly<Record<string, readonly string[]>> = {
  ç: ['     ', '     ', ' ### ', '#    ', '#   #', ' ### ', '  #  ', ' ##  '],
  ß: ['     ', ' ##  ', '#  # ', '# #  ', '#  # ', '#  # ', '# #  ', '     '],
  '✓': ['     ', '    #', '    #', '   # ', '#  # ', ' ##  ', ' #   ', '     '],
  '✗': ['     ', '#   #', ' # # ', '  #  ', ' # # ', '#   #', '     ', '     '],
};

/** Replacements for characters that are neither ASCII nor have a glyph. */
const replacements: Readonly<Record<string, string>> = {
  '\\': '/',
  '~': '-',
  '\u007f': '-',
  '•': '*',
  '·': '.',
  '…': '...',
  '–': '-',
  '—': '-',
  '‑': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '«': '"',
  '»': '"',
  '€': 'EUR',
  '°': 'o',
  '\u00a0': ' ',
  '\u202f': ' ',
  ß: 'ss',
  œ: 'oe',
  Œ: 'OE',
  æ: 'ae',
  Æ: 'AE',
  '✓': 'OK',
  '✗': 'X',
  '→': '->',
  đ: 'd',
  Đ: 'D',
  ł: 'l',
  Ł: 'L',
};

/** The glyph of a character, if it has one. */
export function glyphOf(character: string): Glyph | undefined {
  const whole = signs[character];
  if (whole) {
    return whole.map(row);
  }
  const [letter = '', mark = ''] = character.normalize('NFD');
  const body = bodies[letter];
  const top = marks[mark];
  return body && top ? [...top, ...body, '     '].map(row) : undefined;
}

function row(pixels: string): number {
  return [...pixels].reduce((bits, pixel) => (bits << 1) | (pixel === '#' ? 1 : 0), 0);
}

/** Similar ASCII; `?` for a character of another script. Always printable, never empty. */
export function transliterate(character: string): string {
  const replaced = replacements[character];
  if (replaced !== undefined) {
    return replaced;
  }
  if (/^[\x20-\x7e]$/.test(character)) {
    return character;
  }
  if (/^\s$/.test(character)) {
    return ' ';
  }
  const letter = character.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return /^[\x20-\x7e]+$/.test(letter) ? letter : '?';
}

/**
 * A text as the display can show it: characters with a glyph stay, all others become ASCII. The result
 * may be longer than the text, so lines are broken afterwards.
 *
 * @param drawn the characters that have a glyph slot.
 */
export function displayable(text: string, drawn: ReadonlySet<string>): string {
  return [...withoutBidiControls(text).normalize('NFC')]
    .map((character) => (drawn.has(character) ? character : transliterate(character)))
    .join('');
}

/** The characters of a text to give glyph slots to, the most frequent first, at most eight. */
export function charactersToDraw(text: string): string[] {
  const counts = new Map<string, number>();
  for (const character of text.normalize('NFC')) {
    if (glyphOf(character)) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
  }
  return [...counts.entries()]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, GLYPH_SLOTS)
    .map(([character]) => character);
}

/**
 * Assigns characters to glyph slots. A character that already has a slot keeps it, because changing a
 * slot changes what is on display.
 *
 * @returns eight entries; `undefined` is a free slot.
 */
export function assignSlots(
  before: readonly (string | undefined)[],
  wanted: readonly string[],
): (string | undefined)[] {
  const slots = Array.from({ length: GLYPH_SLOTS }, (_, index) => before[index]);
  const missing = wanted.filter((character) => !slots.includes(character));
  for (const character of missing.slice(0, GLYPH_SLOTS)) {
    const free = slots.findIndex((held) => held === undefined || !wanted.includes(held));
    slots[free] = character;
  }
  return slots;
}

/** The byte that shows a character: its slot, or its ASCII code. */
export function codeOf(character: string, slots: readonly (string | undefined)[]): number {
  const slot = slots.indexOf(character);
  return slot >= 0 ? slot : character.charCodeAt(0);
}
