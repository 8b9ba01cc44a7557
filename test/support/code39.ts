import type { LumaFrame } from '../../hardware/scanner/decode/frame.ts';

/** Wide (w) and narrow (n) elements of the characters that a codice fiscale may hold (ISO/IEC 16388). */
const ELEMENTS: Readonly<Record<string, string>> = {
  '0': 'nnnwwnwnn',
  '1': 'wnnwnnnnw',
  '5': 'wnnwwnnnn',
  '8': 'wnnwnnwnn',
  A: 'wnnnnwnnw',
  H: 'wnnnnwwnn',
  M: 'wnwnnnnwn',
  R: 'wnnnnnwwn',
  S: 'nnwnnnwwn',
  U: 'wwnnnnnnw',
  '*': 'nwnnwnwnn',
};

/** A Code 39 drawn straight in the middle of a light picture of 640×480. */
export function code39Frame(text: string, narrow = 2): LumaFrame {
  const widths: number[] = [];
  for (const character of `*${text}*`) {
    const elements = ELEMENTS[character];
    if (!elements) {
      throw new RangeError(`No elements for ${character}`);
    }
    widths.push(...Array.from(elements, (element) => (element === 'w' ? 2.5 : 1) * narrow), narrow);
  }
  const data = new Uint8Array(640 * 480).fill(225);
  let at = (640 - widths.reduce((sum, width) => sum + width, 0)) / 2;
  for (const [index, width] of widths.entries()) {
    if ((index % 10) % 2 === 0) {
      for (let y = 180; y < 300; y++) {
        data.fill(25, y * 640 + Math.round(at), y * 640 + Math.round(at + width));
      }
    }
    at += width;
  }
  return { data, width: 640, height: 480 };
}
