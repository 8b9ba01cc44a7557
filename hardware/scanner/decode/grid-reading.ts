import { type ElasticGrid, sample } from './elastic-grid.ts';
import { bilinear } from './flatten.ts';
import type { LumaFrame } from './frame.ts';
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
      const ux = ((x[a + 1] as number) - (x[a] as number)) * scale * 0.2;
      const uy = ((y[a + 1] as number) - (y[a] as number)) * scale * 0.2;
      const vx = ((x[a + nodes] as number) - (x[a] as number)) * scale * 0.2;
      const vy = ((y[a + nodes] as number) - (y[a] as number)) * scale * 0.2;
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
 * Undoes a blur as wide as a module: what the four neighbours bled into each level is taken out.
 *
 * @param strength share of the difference from the neighbours' mean that is added.
 */
export function equalise(levels: Float32Array, dimension: number, strength: number): Float32Array {
  const out = new Float32Array(levels.length);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < dimension; column++) {
      const at = row * dimension + column;
      const level = levels[at] as number;
      const up = row > 0 ? (levels[at - dimension] as number) : level;
      const down = row < dimension - 1 ? (levels[at + dimension] as number) : level;
      const left = column > 0 ? (levels[at - 1] as number) : level;
      const right = column < dimension - 1 ? (levels[at + 1] as number) : level;
      out[at] = level + strength * (level - (up + down + left + right) / 4);
    }
  }
  return out;
}

export type ThresholdKind = 'midrange' | 'mean';

const THRESHOLD_RADIUS = 4;

/** Dark (1) or light (0) per module, each judged by the modules around it. */
export function judgeModules(
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
          const level = levels[r * dimension + c] as number;
          sum += level;
          lowest = Math.min(lowest, level);
          highest = Math.max(highest, level);
        }
      }
      const mean = sum / ((bottom - top + 1) * (right - left + 1));
      const threshold = kind === 'mean' ? mean : (lowest + highest) / 2;
      const at = row * dimension + column;
      dark[at] = (levels[at] as number) < threshold ? 1 : 0;
    }
  }
  return dark;
}

const CLEAN_SCALE = 3;
const CLEAN_QUIET = 4;

/** A clean picture of the judged modules, with the function patterns as they must be. */
export function drawClean(dark: Uint8Array, pattern: SymbolPattern): LumaFrame {
  const { dimension, modules } = pattern;
  const side = (dimension + 2 * CLEAN_QUIET) * CLEAN_SCALE;
  const data = new Uint8Array(side * side).fill(255);
  for (let row = 0; row < dimension; row++) {
    for (let column = 0; column < dimension; column++) {
      const at = row * dimension + column;
      const known = modules[at] as number;
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

/** The share of known modules that were judged as they must be: 1 for a perfect fit, 0.5 for chance. */
export function patternAgreement(dark: Uint8Array, pattern: SymbolPattern): number {
  let known = 0;
  let agreed = 0;
  for (let at = 0; at < dark.length; at++) {
    const expected = pattern.modules[at] as number;
    if (expected >= 0) {
      known++;
      agreed += expected === dark[at] ? 1 : 0;
    }
  }
  return agreed / known;
}
