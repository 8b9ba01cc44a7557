import type { Corners, DecodedCode } from './decoder.ts';
import { type DimensionGuess, guessDimensions } from './dimension.ts';
import { fitElasticGrid } from './elastic-grid.ts';
import type { FinderTriple } from './finders.ts';
import { flattenGrid } from './flatten.ts';
import type { LumaFrame } from './frame.ts';
import { distance, type Homography, squareToCorners } from './geometry.ts';
import {
  drawClean,
  equalise,
  judgeModules,
  patternAgreement,
  sampleModules,
  type ThresholdKind,
} from './grid-reading.ts';
import { asCode, secondBy } from './second-opinion.ts';
import { symbolPattern } from './symbol-pattern.ts';
import type { ZxingEngine } from './zxing.ts';

/** Where a symbol may be: the map from its modules to pixels for each number of modules in question. */
export interface Placement {
  mapOf(dimension: number): Homography | undefined;
  from: number;
  to: number;
}

/** Patterns that agree less than this are another size's, or no symbol's. */
const SCORE_MIN = 0.3;
const AGREEMENT_MIN = 0.8;
const SURE_MARGIN = 0.25;
const GUESSES_MAX = 2;
const DIMENSION_LARGE = 81;
const FLAT_PIXELS = 4;

/** How a fitted grid's levels are judged, one after the other until one reads. */
const JUDGEMENTS: readonly (readonly [strength: number, kind: ThresholdKind])[] = [
  [0, 'midrange'],
  [0.3, 'mean'],
  [0.8, 'mean'],
];

/** A code whose corners are known, as ZXing tells them of one that it could not read. */
export function placeByCorners(corners: Corners): Placement {
  return {
    mapOf: (dimension) => squareToCorners(corners, dimension),
    from: 21,
    to: DIMENSION_LARGE,
  };
}

/** A code whose three finder patterns are known; the fourth corner is guessed as a parallelogram's. */
export function placeByFinders(triple: FinderTriple): Placement {
  const { topLeft, topRight, bottomLeft } = triple;
  const module = (topLeft.module + topRight.module + bottomLeft.module) / 3;
  const legs = (distance(topLeft, topRight) + distance(topLeft, bottomLeft)) / 2;
  // Runs across a turned pattern are up to √2 longer than its modules.
  const fewest = legs / (module * 1.25) + 7;
  const most = (legs * 1.6) / module + 7;
  return {
    mapOf(dimension) {
      const span = dimension - 7;
      const a = (topRight.x - topLeft.x) / span;
      const d = (topRight.y - topLeft.y) / span;
      const b = (bottomLeft.x - topLeft.x) / span;
      const e = (bottomLeft.y - topLeft.y) / span;
      const c = topLeft.x - 3.5 * (a + b);
      const f = topLeft.y - 3.5 * (d + e);
      return { a, b, c, d, e, f, g: 0, h: 0 };
    },
    from: 17 + 4 * Math.max(1, Math.round((fewest - 17) / 4)),
    to: 17 + 4 * Math.round((most - 17) / 4),
  };
}

/** What a bent grid made of a placement. */
export interface ElasticOutcome {
  code?: DecodedCode;
  /** The patterns are there: this is a code, read or not. */
  codeLike: boolean;
}

/** Lays a grid where a symbol may be, bends it to the picture, and reads what it holds. */
export function lookElastically(
  engine: ZxingEngine,
  frame: LumaFrame,
  placement: Placement,
  mayGoOn: () => boolean,
): ElasticOutcome {
  const guesses = guessDimensions(frame, placement.mapOf, placement);
  const best = guesses[0];
  if (!best) {
    return { codeLike: false };
  }
  const worst = guesses.at(-1) as DimensionGuess;
  // Light on dark turns every score over.
  const inverted = -worst.score > best.score && -worst.score >= SCORE_MIN;
  const source = inverted ? invert(frame) : frame;
  const ordered = inverted
    ? guesses.map(({ dimension, score }) => ({ dimension, score: -score })).reverse()
    : guesses;
  const chosen = ordered.filter((guess) => guess.score >= SCORE_MIN).slice(0, GUESSES_MAX);
  for (const { dimension } of chosen) {
    const code = mayGoOn() ? readGrid(engine, source, placement, dimension) : undefined;
    if (code) {
      return { code, codeLike: true };
    }
  }
  return { codeLike: (ordered[0]?.score ?? 0) > 0.5 };
}

function readGrid(
  engine: ZxingEngine,
  frame: LumaFrame,
  placement: Placement,
  dimension: number,
): DecodedCode | undefined {
  const map = placement.mapOf(dimension);
  if (!map) {
    return undefined;
  }
  const pattern = symbolPattern(dimension);
  const grid = fitElasticGrid(frame, pattern, map);
  const levels = sampleModules(frame, grid);
  for (const [strength, kind] of JUDGEMENTS) {
    const dark = judgeModules(equalise(levels, dimension, strength), dimension, kind);
    if (patternAgreement(dark, pattern) < AGREEMENT_MIN) {
      continue;
    }
    const read = engine.readClean(drawClean(dark, pattern));
    if (read) {
      const corners = gridCorners(grid.x, grid.y, grid.nodes);
      const placed = { ...read, corners };
      return read.margin >= SURE_MARGIN
        ? asCode(placed, 'confirmed')
        : secondBy(flattenGrid(frame, grid, FLAT_PIXELS), placed);
    }
  }
  return undefined;
}

function gridCorners(x: Float32Array, y: Float32Array, nodes: number): Corners {
  const point = (at: number) => ({ x: x[at] as number, y: y[at] as number });
  const last = nodes - 1;
  return [point(0), point(last), point(last * nodes + last), point(last * nodes)];
}

function invert(frame: LumaFrame): LumaFrame {
  return { ...frame, data: frame.data.map((level) => 255 - level) };
}
