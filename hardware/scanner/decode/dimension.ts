import type { LumaFrame } from './frame.ts';
import { type Homography, mapPoint } from './geometry.ts';
import { sample } from './interpolate.ts';
import { DIMENSION_MAX, DIMENSION_MIN, symbolPattern } from './symbol-pattern.ts';

/** A possible number of modules per side, and how well the picture agrees with it, from -1 to 1. */
export interface DimensionGuess {
  dimension: number;
  score: number;
}

/**
 * Guesses how many modules a located symbol has, by comparing finder and timing patterns of each possible
 * number with the picture. Best first.
 *
 * @param mapOf the map from modules to pixels if the symbol had this dimension.
 */
export function guessDimensions(
  frame: LumaFrame,
  mapOf: (dimension: number) => Homography | undefined,
  range: { from: number; to: number },
): DimensionGuess[] {
  const guesses: DimensionGuess[] = [];
  const from = Math.max(DIMENSION_MIN, range.from);
  for (let dimension = from; dimension <= Math.min(DIMENSION_MAX, range.to); dimension += 4) {
    const map = mapOf(dimension);
    if (map) {
      guesses.push({ dimension, score: patternScore(frame, map, dimension) });
    }
  }
  return guesses.sort((a, b) => b.score - a.score);
}

/** The mean correlation of the levels with finder and timing patterns. */
function patternScore(frame: LumaFrame, map: Homography, dimension: number): number {
  const { modules } = symbolPattern(dimension);
  const last = dimension - 7;
  const at = (column: number, row: number) => {
    const point = mapPoint(map, column + 0.5, row + 0.5);
    return sample(frame, point.x, point.y);
  };
  let finders = 0;
  for (const [left, top] of [
    [0, 0],
    [last, 0],
    [0, last],
  ] as const) {
    const levels: number[] = [];
    const expected: number[] = [];
    for (let row = 0; row < 7; row++) {
      for (let column = 0; column < 7; column++) {
        levels.push(at(left + column, top + row));
        expected.push(modules[(top + row) * dimension + left + column] ?? 0);
      }
    }
    finders += -correlation(levels, expected) / 3;
  }
  let timing = 0;
  for (const across of [true, false]) {
    const levels: number[] = [];
    const expected: number[] = [];
    for (let index = 7; index < dimension - 7; index++) {
      levels.push(across ? at(index, 6) : at(6, index));
      expected.push(1 - (index % 2));
    }
    timing += -correlation(levels, expected) / 2;
  }
  return (finders + timing) / 2;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  let sumA = 0;
  let sumB = 0;
  for (let index = 0; index < n; index++) {
    sumA += a[index] ?? 0;
    sumB += b[index] ?? 0;
  }
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let index = 0; index < n; index++) {
    const da = (a[index] ?? 0) - sumA / n;
    const db = (b[index] ?? 0) - sumB / n;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
