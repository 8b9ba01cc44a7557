import type { Decoder } from './decoder.ts';
import type { LumaFrame } from './frame.ts';
import { drawClean } from './grid-reading.ts';
import { rescale } from './resample.ts';
import { symbolPattern } from './symbol-pattern.ts';

const DIMENSION = 33;
const ROUNDS = 3;
const BUDGET_MS = 300;

/**
 * Decodes an unreadable code, so that every look has run before the first real picture: without it a
 * decoder's first pictures take ten times as long.
 */
export function warmUp(decoder: Decoder): void {
  const picture = unreadableCode();
  for (let round = 0; round < ROUNDS; round++) {
    decoder.decode(
      { ...picture, data: picture.data.slice() },
      { wanted: ['qr'], budgetMs: BUDGET_MS },
    );
  }
}

/** A code with all function patterns, whose data is noise. */
function unreadableCode(): LumaFrame {
  const pattern = symbolPattern(DIMENSION);
  const dark = new Uint8Array(DIMENSION * DIMENSION);
  let state = 1;
  for (let at = 0; at < dark.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    dark[at] = (state >>> 16) & 1;
  }
  return rescale(drawClean(dark, pattern), 1.7);
}
