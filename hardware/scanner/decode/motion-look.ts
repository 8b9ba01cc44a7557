import { findSmear, type Smear, turnSmear, undoMotion } from './motion.ts';
import { rescale } from './resample.ts';
import type { Search } from './search.ts';

/**
 * Lengths of the motion to try, as shares of the part's side. A code fills about two thirds of its part,
 * so these are 1.5 and 2.5 modules of a typical symbol.
 */
const LENGTH_SHORT = 0.019;
const LENGTH_LONG = 0.03;
/** Above this ratio the longer one is tried first. */
const RATIO_LONG = 2.2;
/** Above this ratio the content is lost. */
const RATIO_HOPELESS = 8;
const PART_PIXELS_MAX = 90_000;
const ENLARGE = 1.7;

/** Looks at the smeared part of the picture after removing its motion blur. */
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

/** The top left corner of the rotated part in the picture. */
function corner({ angle, fromU, fromV }: Smear): { left: number; top: number } {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return { left: fromU * cos - fromV * sin, top: fromU * sin + fromV * cos };
}
