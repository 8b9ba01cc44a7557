import { findSmear, type Smear, turnSmear, undoMotion } from './motion.ts';
import { rescale } from './resample.ts';
import type { Search } from './search.ts';

/**
 * Lengths of the motion that are tried, as shares of the part's side. A code fills about two thirds of
 * its part: these are one and a half and two and a half modules of the symbols that a gate meets.
 */
const LENGTH_SHORT = 0.019;
const LENGTH_LONG = 0.03;
/** Stronger than this the longer one is tried first. */
const RATIO_LONG = 2.2;
/** A code that was smeared further than this has lost what it said. */
const RATIO_HOPELESS = 8;
const PART_PIXELS_MAX = 90_000;
const ENLARGE = 1.7;

/** The part of the picture that moved, with the motion undone. */
export function lookThroughMotion(search: Search): void {
  if (!search.wanted.includes('qr')) {
    return;
  }
  const smear = findSmear(search.frame);
  if (!smear || smear.ratio > RATIO_HOPELESS) {
    return;
  }
  const side = Math.sqrt((smear.toU - smear.fromU) * (smear.toV - smear.fromV));
  const scale = Math.min(1, Math.sqrt(PART_PIXELS_MAX) / side);
  const turned = turnSmear(search.frame, smear, scale);
  const shares = [LENGTH_SHORT, LENGTH_LONG];
  for (const share of smear.ratio > RATIO_LONG ? shares.reverse() : shares) {
    if (search.done || !search.mayGoOn()) {
      return;
    }
    const frame = rescale(undoMotion(turned, share * side * scale), ENLARGE);
    const view = { frame, scale: 1 / (scale * ENLARGE), turn: smear.angle, ...corner(smear) };
    for (const binarizer of ['LocalAverage', 'GlobalHistogram'] as const) {
      if (!search.done) {
        search.zxing(view, { binarizer });
      }
    }
  }
}

/** Where the turned part's top left corner is in the picture. */
function corner({ angle, fromU, fromV }: Smear): { left: number; top: number } {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return { left: fromU * cos - fromV * sin, top: fromU * sin + fromV * cos };
}
