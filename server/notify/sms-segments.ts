/** How an SMS is segmented and encoded (3GPP TS 23.038 and 23.040 §9.2.3.24.1). Pure. */

/** The GSM 7 bit default alphabet: a character's index is its code. 0x1B is the escape. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENDED: Readonly<Record<string, number>> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
};
const ESCAPE = 0x1b;

/** Typographic characters outside the GSM alphabet, which would double the price, and their substitutes. */
const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
};

/** Capacity of a single message, and of each part of a longer one, which also holds a header. */
const SEPTETS_ALONE = 160;
const SEPTETS_OF_MANY = 153;
const UNITS_ALONE = 70;
const UNITS_OF_MANY = 67;
const PARTS_MAX = 10;

export interface Segments {
  /** 0: the GSM alphabet, one octet per character; 8: UCS-2. */
  dataCoding: 0 | 8;
  /** The text of each part, without its header. */
  parts: Buffer[];
}

/** Splits a text into at most ten parts and truncates the rest. */
export function segment(input: string): Segments {
  const text = input.replace(/[’‘“”–]/g, (sign) => PLAIN[sign] ?? sign);
  const letters = [...text].map(gsmOf);
  if (letters.every((letter) => letter !== undefined)) {
    const parts = cut(letters, SEPTETS_ALONE, SEPTETS_OF_MANY).map((part) =>
      Buffer.from(part.flat()),
    );
    return { dataCoding: 0, parts };
  }
  // By whole characters, so that a surrogate pair is never split.
  const units = [...text].map((letter) => [...Buffer.from(letter, 'utf16le').swap16()]);
  const parts = cut(units, 2 * UNITS_ALONE, 2 * UNITS_OF_MANY).map((part) =>
    Buffer.from(part.flat()),
  );
  return { dataCoding: 8, parts };
}

/** The user data header that joins a part to the others. @param reference the same in all parts. */
export function joinHeader(reference: number, count: number, number: number): Buffer {
  return Buffer.from([5, 0, 3, reference & 0xff, count, number]);
}

function gsmOf(letter: string): number[] | undefined {
  const place = letter === '\u001b' ? -1 : BASIC.indexOf(letter);
  if (place >= 0) {
    return [place];
  }
  const extended = EXTENDED[letter];
  return extended === undefined ? undefined : [ESCAPE, extended];
}

function cut(
  letters: readonly (readonly number[] | undefined)[],
  alone: number,
  ofMany: number,
): number[][][] {
  const total = letters.reduce((sum, letter) => sum + (letter?.length ?? 0), 0);
  const size = total <= alone ? alone : ofMany;
  const parts: number[][][] = [[]];
  let used = 0;
  for (const letter of letters) {
    if (!letter) {
      continue;
    }
    if (used + letter.length > size) {
      if (parts.length >= PARTS_MAX) {
        break;
      }
      parts.push([]);
      used = 0;
    }
    parts.at(-1)?.push([...letter]);
    used += letter.length;
  }
  return parts;
}
