import type { LumaFrame } from './frame.ts';
import type { ElasticGrid } from './grid-nodes.ts';
import { bilinear, sample } from './interpolate.ts';
import type { SymbolPattern } from './symbol-pattern.ts';

/** The mean level of every module of a fitted grid, row by row. */
export function sampleModules(frame: LumaFrame, grid: ElasticGrid): Float32Array {
  const { dimension, nodes, x, y } = grid;
  const levels = new Float32Array(dimension * dimension);
  const scale = (nodes - 1) / dimension;
  for (let row = 0; row < dimension; row++) {
    const v = (row + 0.5) * scale;
    const cellRow = Math.min(nodes - 2, Math.floor(v));
    const fv = v - cellRow;
    for (let column = 0; column < dimension; column++) {
      const u = (column + 0.5) * scale;
      const cellColumn = Math.min(nodes - 2, Math.floor(u));
      const fu = u - cellColumn;
      const a = cellRow * nodes + cellColumn;
      const px = bilinear(x, a, nodes, fu, fv);
      const py = bilinear(y, a, nodes, fu, fv);
      const ux = ((x[a + 1] ?? 0) - (x[a] ?? 0)) * scale * 0.2;
      const uy = ((y[a + 1] ?? 0) - (y[a] ?? 0)) * scale * 0.2;
      const vx = ((x[a + nodes] ?? 0) - (x[a] ?? 0)) * scale * 0.2;
      const vy = ((y[a + nodes] ?? 0) - (y[a] ?? 0)) * scale * 0.2;
      levels[row * dimension + column] =
        (2 * sample(frame, px, py) +
          sample(frame, px + ux, py + uy) +
          sample(frame, px - ux, py - uy) +
          sample(frame, px + vx, py + vy) +
          sample(frame, px - vx, py - vy)) /
        6;
    }
  }
  return levels;
}

/**
 * Reduces a blur as wide as a module, by removing what the four neighbours added to each level.
 *
 * @param strength the share of the difference from the neighbours' mean that is added.
 */
export function equalise(levels: Float32Array, dimension: number, strength: number): Float32Array {
  const out = new Float32Array(levels.length);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < dimension; column++) {
      const at = row * dimension + column;
      const level = levels[at] ?? 0;
      const up = row > 0 ? (levels[at - dimension] ?? 0) : level;
      const down = row < dimension - 1 ? (levels[at + dimension] ?? 0) : level;
      const left = column > 0 ? (levels[at - 1] ?? 0) : level;
      const right = column < dimension - 1 ? (levels[at + 1] ?? 0) : level;
      out[at] = level + strength * (level - (up + down + left + right) / 4);
    }
  }
  return out;
}

export type ThresholdKind = 'midrange' | 'mean';

const THRESHOLD_RADIUS = 4;

/** Dark (1) or light (0) per module, by a threshold from the modules around it. */
export function thresholdModules(
  levels: Float32Array,
  dimension: number,
  kind: ThresholdKind,
): Uint8Array {
  const dark = new Uint8Array(levels.length);
  for (let row = 0; row < dimension; row++) {
    const top = Math.max(0, row - THRESHOLD_RADIUS);
    const bottom = Math.min(dimension - 1, row + THRESHOLD_RADIUS);
    for (let column = 0; column < dimension; column++) {
      const left = Math.max(0, column - THRESHOLD_RADIUS);
      const right = Math.min(dimension - 1, column + THRESHOLD_RADIUS);
      let lowest = 255;
      let highest = 0;
      let sum = 0;
      for (let r = top; r <= bottom; r++) {
        for (let c = left; c <= right; c++) {
          const level = levels[r * dimension + c] ?? 0;
          sum += level;
          lowest = Math.min(lowest, level);
          highest = Math.max(highest, level);
        }
      }
      const mean = sum / ((bottom - top + 1) * (right - left + 1));
      const threshold = kind === 'mean' ? mean : (lowest + highest) / 2;
      const at = row * dimension + column;
      dark[at] = (levels[at] ?? 0) < threshold ? 1 : 0;
    }
  }
  return dark;
}

const CLEAN_SCALE = 3;
const CLEAN_QUIET = 4;

/** Draws the modules as a clean picture, with the function patterns as they must be. */
export function drawClean(dark: Uint8Array, pattern: SymbolPattern): LumaFrame {
  const { dimension, modules } = pattern;
  const side = (dimension + 2 * CLEAN_QUIET) * CLEAN_SCALE;
  const data = new Uint8Array(side * side).fill(255);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < dimension; column++) {
      const at = row * dimension + column;
      const known = modules[at] ?? 0;
      if ((known >= 0 ? known : dark[at]) === 1) {
        const y = (row + CLEAN_QUIET) * CLEAN_SCALE;
        const x = (column + CLEAN_QUIET) * CLEAN_SCALE;
        for (let line = 0; line < CLEAN_SCALE; line++) {
          data.fill(0, (y + line) * side + x, (y + line) * side + x + CLEAN_SCALE);
        }
      }
    }
  }
  return { data, width: side, height: side };
}

/** The share of the function patterns' modules that are right: 1 is perfect, 0.5 is chance. */
export function patternAgreement(dark: Uint8Array, pattern: SymbolPattern): number {
  let known = 0;
  let agreed = 0;
  for (let at = 0; at < dark.length; at++) {
    const expected = pattern.modules[at] ?? 0;
    if (expected >= 0) {
      known++;
      agreed += expected === dark[at] ? 1 : 0;
    }
  }
  return agreed / known;
}
