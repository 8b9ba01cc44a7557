import type { DecodedCode } from './decoder.ts';
import { flattenPlane } from './flatten.ts';
import type { LumaFrame } from './frame.ts';
import { squareToCorners } from './geometry.ts';
import { readWithJsQr } from './jsqr.ts';
import type { ZxingRead } from './zxing.ts';

/**
 * With this share of the error correction unused, a wrong text is practically impossible: the probability
 * of reaching another codeword falls factorially with the unused share.
 */
const MARGIN_ENOUGH = 0.25;
const MODULE_PIXELS = 4;
const SIDE_MAX = 640;

/**
 * Confirms a reading of ZXing by its unused error correction, or else by having jsQR read the straightened
 * symbol. A contradiction discards the reading; without an answer from jsQR it stays `single`.
 */
export function confirmReading(frame: LumaFrame, read: ZxingRead): DecodedCode | undefined {
  const map = read.dimension > 0 ? squareToCorners(read.corners, read.dimension) : undefined;
  if (read.margin >= MARGIN_ENOUGH || !map) {
    return asCode(read, read.margin >= MARGIN_ENOUGH ? 'confirmed' : 'single');
  }
  const pixels = Math.max(2, Math.min(MODULE_PIXELS, Math.floor(SIDE_MAX / (read.dimension + 8))));
  return confirmByJsQr(flattenPlane(frame, map, read.dimension, pixels), read);
}

/** Confirms a reading by jsQR on `flat`, a straightened picture of the same symbol. */
export function confirmByJsQr(flat: LumaFrame, read: ZxingRead): DecodedCode | undefined {
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
