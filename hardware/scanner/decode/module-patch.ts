import type { LumaFrame } from './frame.ts';
import type { ElasticGrid } from './grid-nodes.ts';
import { sample } from './interpolate.ts';
import type { SymbolPattern } from './symbol-pattern.ts';

const PATCH_RADIUS = 3;
/** Where inside a module its evenness is measured, in modules from its centre. */
const INSIDE = 0.3;
const PATTERN_WEIGHT = 2;

/** The modules around a node, with the grid's local axes: u along rows and v along columns, per module. */
export interface Patch {
  x: number;
  y: number;
  ux: number;
  uy: number;
  vx: number;
  vy: number;
  /** Per module: its centre relative to the node, in modules, and its known colour (1 dark, 0, or -1). */
  u: Float32Array;
  v: Float32Array;
  known: Int8Array;
  count: number;
}

/** The modules around a node of a grid. */
export function patchAt(pattern: SymbolPattern, grid: ElasticGrid, node: number): Patch {
  const { nodes, places, x, y } = grid;
  const row = Math.floor(node / nodes);
  const column = node % nodes;
  const left = row * nodes + Math.max(0, column - 1);
  const right = row * nodes + Math.min(nodes - 1, column + 1);
  const above = Math.max(0, row - 1) * nodes + column;
  const below = Math.min(nodes - 1, row + 1) * nodes + column;
  const place0 = places[1] ?? 0;
  const wide = (right - left) * place0;
  const high = ((below - above) / nodes) * place0;
  const u0 = places[column] ?? 0;
  const v0 = places[row] ?? 0;
  const { dimension, modules } = pattern;
  const size = (2 * PATCH_RADIUS) ** 2;
  const u = new Float32Array(size);
  const v = new Float32Array(size);
  const known = new Int8Array(size);
  let count = 0;
  const firstRow = Math.max(0, Math.round(v0) - PATCH_RADIUS);
  const lastRow = Math.min(dimension, Math.round(v0) + PATCH_RADIUS);
  const firstColumn = Math.max(0, Math.round(u0) - PATCH_RADIUS);
  const lastColumn = Math.min(dimension, Math.round(u0) + PATCH_RADIUS);
  for (let r = firstRow; r < lastRow; r++) {
    for (let c = firstColumn; c < lastColumn; c++) {
      u[count] = c + 0.5 - u0;
      v[count] = r + 0.5 - v0;
      known[count] = modules[r * dimension + c] ?? 0;
      count++;
    }
  }
  return {
    x: x[node] ?? 0,
    y: y[node] ?? 0,
    ux: ((x[right] ?? 0) - (x[left] ?? 0)) / wide,
    uy: ((y[right] ?? 0) - (y[left] ?? 0)) / wide,
    vx: ((x[below] ?? 0) - (x[above] ?? 0)) / high,
    vy: ((y[below] ?? 0) - (y[above] ?? 0)) / high,
    u,
    v,
    known,
    count,
  };
}

/** The darkest and the lightest level in a patch. */
export function patchLevels(frame: LumaFrame, patch: Patch) {
  let dark = 255;
  let light = 0;
  for (let index = 0; index < patch.count; index++) {
    const u = patch.u[index] ?? 0;
    const v = patch.v[index] ?? 0;
    const level = sample(
      frame,
      patch.x + u * patch.ux + v * patch.vx,
      patch.y + u * patch.uy + v * patch.vy,
    );
    dark = Math.min(dark, level);
    light = Math.max(light, level);
  }
  return { dark, light, contrast: light - dark };
}

/**
 * How badly a patch fits when it is shifted: modules that are uneven inside, and disagreement with the
 * known function patterns.
 */
export function patchCost(
  frame: LumaFrame,
  patch: Patch,
  shiftU: number,
  shiftV: number,
  dark: number,
  light: number,
): number {
  const { ux, uy, vx, vy, count } = patch;
  let cost = 0;
  for (let index = 0; index < count; index++) {
    const u = (patch.u[index] ?? 0) + shiftU;
    const v = (patch.v[index] ?? 0) + shiftV;
    const x = patch.x + u * ux + v * vx;
    const y = patch.y + u * uy + v * vy;
    const level = sample(frame, x, y);
    cost += Math.abs(level - sample(frame, x + INSIDE * ux, y + INSIDE * uy));
    cost += Math.abs(level - sample(frame, x - INSIDE * ux, y - INSIDE * uy));
    cost += Math.abs(level - sample(frame, x + INSIDE * vx, y + INSIDE * vy));
    cost += Math.abs(level - sample(frame, x - INSIDE * vx, y - INSIDE * vy));
    const known = patch.known[index] ?? 0;
    if (known >= 0) {
      cost += PATTERN_WEIGHT * (known === 1 ? level - dark : light - level);
    }
  }
  return cost;
}
