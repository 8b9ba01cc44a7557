import type { DecodedCode } from './decoder.ts';
import { flattenPlane } from './flatten.ts';
import type { LumaFrame } from './frame.ts';
import { squareToCorners } from './geometry.ts';
import { readWithJsQr } from './jsqr.ts';
import type { ZxingRead } from './zxing.ts';

/**
 * With so much error correction to spare a wrong text is out of the question: each symbol corrected
 * costs twice what it takes to notice it, so the odds of landing on another codeword fall
 * factorially with what is left.
 */
const MARGIN_ENOUGH = 0.25;
const MODULE_PIXELS = 4;
const SIDE_MAX = 640;

/**
 * A ZXing reading, judged: believed on its own error correction's margin; otherwise jsQR reads the
 * straightened crop. A contradiction is never believed; silence leaves the code `single`.
 */
export function judgeReading(frame: LumaFrame, read: ZxingRead): DecodedCode | undefined {
  const map = read.dimension > 0 ? squareToCorners(read.corners, read.dimension) : undefined;
  if (read.margin >= MARGIN_ENOUGH || !map) {
    return asCode(read, read.margin >= MARGIN_ENOUGH ? 'confirmed' : 'single');
  }
  const pixels = Math.max(2, Math.min(MODULE_PIXELS, Math.floor(SIDE_MAX / (read.dimension + 8))));
  return secondBy(flattenPlane(frame, map, read.dimension, pixels), read);
}

/** The reading after jsQR looked at `flat`, a picture of the same symbol. */
export function secondBy(flat: LumaFrame, read: ZxingRead): DecodedCode | undefined {
  const second = readWithJsQr(flat, 'dontInvert');
  if (!second) {
    return asCode(read, 'single');
  }
  return sameBytes(second.bytes, read.bytes) || second.text === read.text
    ? asCode(read, 'confirmed')
    : undefined;
}

export function asCode(read: ZxingRead, trust: DecodedCode['trust']): DecodedCode {
  const { text, symbology, corners } = read;
  return { text, symbology, corners, decoder: 'zxing-wasm', trust };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
