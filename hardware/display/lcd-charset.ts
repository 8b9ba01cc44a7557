/**
 * The characters of an HD44780. Its ROMs agree on little beyond printable ASCII (and the common one has
 * a yen for the backslash and arrows for the tilde), but any may have eight characters of our own at a
 * time: the letters with accents of our five languages are drawn there, and beyond eight at once they
 * fall back to ASCII that reads the same.
 */

/** How many characters of our own the display holds. */
export const GLYPH_SLOTS = 8;

/** A character of our own: eight rows of five pixels, the leftmost the highest bit. */
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

/** The two upper rows, by the combining mark that Unicode splits off. */
const marks: Readonly<Record<string, readonly string[]>> = {
  '\u0300': [' #   ', '  #  '],
  '\u0301': ['   # ', '  #  '],
  '\u0302': ['  #  ', ' # # '],
  '\u0308': [' # # ', '     '],
  '\u030c': [' # # ', '  #  '],
};

/** Signs that are drawn whole. */
const signs: Readonly<Record<string, readonly string[]>> = {
  ç: ['     ', '     ', ' ### ', '#    ', '#   #', ' ### ', '  #  ', ' ##  '],
  ß: ['     ', ' ##  ', '#  # ', '# #  ', '#  # ', '#  # ', '# #  ', '     '],
  '✓': ['     ', '    #', '    #', '   # ', '#  # ', ' ##  ', ' #   ', '     '],
  '✗': ['     ', '#   #', ' # # ', '  #  ', ' # # ', '#   #', '     ', '     '],
};

/** What stands for a character that is neither ASCII nor drawn; an apostrophe keeps an Italian accent. */
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

/** The drawing of a character, if it has one. */
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

/** ASCII that reads the same; `?` only for a script that has none. Always printable, never empty. */
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
 * A text as the display can show it: its own eight characters are kept, all others become ASCII. The
 * result may be longer than the text, so lines are broken after this and not before.
 *
 * @param drawn the characters that have a slot.
 */
export function displayable(text: string, drawn: ReadonlySet<string>): string {
  return [...text.normalize('NFC')]
    .map((character) => (drawn.has(character) ? character : transliterate(character)))
    .join('');
}

/** The characters of a text that are worth a slot, the most frequent first, at most eight. */
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
 * Which character is in which slot now. Those already there stay where they are, so that what is on the
 * glass does not change under the reader's eyes.
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
