import type { Corners, DecodedCode } from './decoder.ts';
import { guessDimensions } from './dimension.ts';
import { fitElasticGrid } from './elastic-grid.ts';
import type { FinderTriple } from './finders.ts';
import { flattenGrid } from './flatten.ts';
import type { LumaFrame } from './frame.ts';
import { distance, type Homography, squareToCorners } from './geometry.ts';
import {
  drawClean,
  equalise,
  patternAgreement,
  sampleModules,
  type ThresholdKind,
  thresholdModules,
} from './grid-reading.ts';
import { asCode, confirmByJsQr } from './second-opinion.ts';
import { symbolPattern } from './symbol-pattern.ts';
import type { ZxingEngine } from './zxing.ts';

/** Where a symbol may be: the map from its modules to pixels, for each possible number of modules. */
export interface Placement {
  mapOf(dimension: number): Homography | undefined;
  from: number;
  to: number;
}

/** Below this score the patterns are of another size, or of no symbol. */
const SCORE_MIN = 0.3;
const AGREEMENT_MIN = 0.8;
const SURE_MARGIN = 0.25;
const GUESSES_MAX = 2;
const DIMENSION_LARGE = 81;
const FLAT_PIXELS = 4;

/** How a fitted grid's levels are thresholded, tried in order until one can be read. */
const THRESHOLDINGS: readonly (readonly [strength: number, kind: ThresholdKind])[] = [
  [0, 'midrange'],
  [0.3, 'mean'],
  [0.8, 'mean'],
];

/** By the corners, which ZXing gives also for a code that it could not read. */
export function placeByCorners(corners: Corners): Placement {
  return {
    mapOf: (dimension) => squareToCorners(corners, dimension),
    from: 21,
    to: DIMENSION_LARGE,
  };
}

/** By three finder patterns, assuming that the symbol is a parallelogram. */
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

/** The result of an elastic look. */
export interface ElasticOutcome {
  code?: DecodedCode;
  /** Whether the function patterns are there, so that this is a code, read or not. */
  codeLike: boolean;
}

/** Bends a grid to the picture where a symbol may be, and reads it. */
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
  const worst = guesses.at(-1) ?? best;
  // An inverted symbol (light on dark) has negative scores.
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
  for (const [strength, kind] of THRESHOLDINGS) {
    const dark = thresholdModules(equalise(levels, dimension, strength), dimension, kind);
    if (patternAgreement(dark, pattern) < AGREEMENT_MIN) {
      continue;
    }
    const read = engine.readClean(drawClean(dark, pattern));
    if (read) {
      const corners = gridCorners(grid.x, grid.y, grid.nodes);
      const reading = { ...read, corners };
      return read.margin >= SURE_MARGIN
        ? asCode(reading, 'confirmed')
        : confirmByJsQr(flattenGrid(frame, grid, FLAT_PIXELS), reading);
    }
  }
  return undefined;
}

function gridCorners(x: Float32Array, y: Float32Array, nodes: number): Corners {
  const point = (at: number) => ({ x: x[at] ?? 0, y: y[at] ?? 0 });
  const last = nodes - 1;
  return [point(0), point(last), point(last * nodes + last), point(last * nodes)];
}

function invert(frame: LumaFrame): LumaFrame {
  return { ...frame, data: frame.data.map((level) => 255 - level) };
}
