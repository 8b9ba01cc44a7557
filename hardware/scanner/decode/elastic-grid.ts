import type { Point } from './decoder.ts';
import type { LumaFrame } from './frame.ts';
import { type Homography, mapPoint } from './geometry.ts';
import type { SymbolPattern } from './symbol-pattern.ts';

/**
 * A symbol's grid laid over a picture and bent until it fits: crumpled paper, a cup, a shirt.
 *
 * Nodes stand every few modules. From the finder patterns outwards each node is predicted from its
 * neighbours, then moved to where the modules around it are most even inside (a module that is cut by
 * an edge is not) and agree best with the function patterns that are known.
 */
export interface ElasticGrid {
  dimension: number;
  /** Nodes per side. */
  nodes: number;
  /** Module coordinate of each node along a side. */
  places: Float32Array;
  x: Float32Array;
  y: Float32Array;
}

const NODE_STEP = 4;
const PATCH_RADIUS = 3;
/** Steps of the search around a prediction, in modules, coarse to fine. */
const SEARCH_STEPS = [0.32, 0.16, 0.08];
/** Where inside a module its evenness is looked at, in modules from its middle. */
const INSIDE = 0.3;
/** How far the bend of settled nodes is carried on to the next. */
const LEAD = 0.7;
const STIFFNESS = 0.5;
const PATTERN_WEIGHT = 2;

/** Lays the grid by `map` (module coordinates to pixels) and bends it to the picture. */
export function fitElasticGrid(
  frame: LumaFrame,
  pattern: SymbolPattern,
  map: Homography,
): ElasticGrid {
  const grid = layGrid(pattern.dimension, map);
  const base = { x: grid.x.slice(), y: grid.y.slice() };
  const fixed = new Uint8Array(grid.nodes * grid.nodes);
  const order = growthOrder(grid);
  for (const node of order) {
    const predicted = predict(grid, base, fixed, node);
    grid.x[node] = predicted.x;
    grid.y[node] = predicted.y;
    settle(frame, pattern, grid, node);
    fixed[node] = 1;
  }
  for (const node of order) {
    const between = predictBetween(grid, node);
    grid.x[node] = ((grid.x[node] as number) + between.x) / 2;
    grid.y[node] = ((grid.y[node] as number) + between.y) / 2;
    settle(frame, pattern, grid, node);
  }
  return grid;
}

function layGrid(dimension: number, map: Homography): ElasticGrid {
  const nodes = Math.ceil(dimension / NODE_STEP) + 1;
  const places = new Float32Array(nodes);
  for (let index = 0; index < nodes; index++) {
    places[index] = (index * dimension) / (nodes - 1);
  }
  const x = new Float32Array(nodes * nodes);
  const y = new Float32Array(nodes * nodes);
  for (let row = 0; row < nodes; row++) {
    for (let column = 0; column < nodes; column++) {
      const point = mapPoint(map, places[column] as number, places[row] as number);
      x[row * nodes + column] = point.x;
      y[row * nodes + column] = point.y;
    }
  }
  return { dimension, nodes, places, x, y };
}

/** Nodes by their distance from the nearest finder pattern: what is sure comes first. */
function growthOrder(grid: ElasticGrid): number[] {
  const { nodes, places, dimension } = grid;
  const far = dimension - 3.5;
  const reach = (node: number) => {
    const u = places[node % nodes] as number;
    const v = places[Math.floor(node / nodes)] as number;
    return Math.min(
      Math.hypot(u - 3.5, v - 3.5),
      Math.hypot(u - far, v - 3.5),
      Math.hypot(u - 3.5, v - far),
    );
  };
  const order = Array.from({ length: nodes * nodes }, (_, node) => node);
  const key = order.map(reach);
  return order.sort((a, b) => (key[a] as number) - (key[b] as number));
}

/**
 * Where a node should be by those of its neighbours that are settled: as far from its first place as
 * they are from theirs, and on as the way there leads.
 */
function predict(
  grid: ElasticGrid,
  base: { x: Float32Array; y: Float32Array },
  fixed: Uint8Array,
  node: number,
): Point {
  const { nodes, x, y } = grid;
  const row = Math.floor(node / nodes);
  const column = node % nodes;
  const movedX = (at: number) => (x[at] as number) - (base.x[at] as number);
  const movedY = (at: number) => (y[at] as number) - (base.y[at] as number);
  let weight = 0;
  let sumX = 0;
  let sumY = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const near = neighbour(nodes, row + dy, column + dx);
      if ((dx === 0 && dy === 0) || near < 0 || !fixed[near]) {
        continue;
      }
      const far = neighbour(nodes, row + 2 * dy, column + 2 * dx);
      const led = far >= 0 && fixed[far] === 1;
      const share = (dx === 0 || dy === 0 ? 2 : 1) * (led ? 2 : 1);
      const onX = led ? LEAD * (movedX(near) - movedX(far)) : 0;
      const onY = led ? LEAD * (movedY(near) - movedY(far)) : 0;
      sumX += share * (movedX(near) + onX);
      sumY += share * (movedY(near) + onY);
      weight += share;
    }
  }
  const shiftX = weight === 0 ? 0 : sumX / weight;
  const shiftY = weight === 0 ? 0 : sumY / weight;
  return { x: (base.x[node] as number) + shiftX, y: (base.y[node] as number) + shiftY };
}

/** Where a node should be by its neighbours on both sides; on the rim, where it is. */
function predictBetween(grid: ElasticGrid, node: number): Point {
  const { nodes, x, y } = grid;
  const row = Math.floor(node / nodes);
  const column = node % nodes;
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  for (const [dy, dx] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const before = neighbour(nodes, row - dy, column - dx);
    const after = neighbour(nodes, row + dy, column + dx);
    if (before >= 0 && after >= 0) {
      sumX += ((x[before] as number) + (x[after] as number)) / 2;
      sumY += ((y[before] as number) + (y[after] as number)) / 2;
      count++;
    }
  }
  return count === 0
    ? { x: x[node] as number, y: y[node] as number }
    : { x: sumX / count, y: sumY / count };
}

function neighbour(nodes: number, row: number, column: number): number {
  const inside = row >= 0 && column >= 0 && row < nodes && column < nodes;
  return inside ? row * nodes + column : -1;
}

/** Moves one node to the best place near where it is. */
function settle(frame: LumaFrame, pattern: SymbolPattern, grid: ElasticGrid, node: number): void {
  const patch = patchAt(pattern, grid, node);
  const { contrast, dark, light } = patchLevels(frame, patch);
  if (contrast < 8) {
    return;
  }
  let bestU = 0;
  let bestV = 0;
  let best = patchCost(frame, patch, 0, 0, dark, light);
  for (const step of SEARCH_STEPS) {
    const fromU = bestU;
    const fromV = bestV;
    for (let dv = -1; dv <= 1; dv++) {
      for (let du = -1; du <= 1; du++) {
        if (du === 0 && dv === 0) {
          continue;
        }
        const u = fromU + du * step;
        const v = fromV + dv * step;
        const pull = STIFFNESS * contrast * patch.count * (u * u + v * v);
        const cost = patchCost(frame, patch, u, v, dark, light) + pull;
        if (cost < best) {
          best = cost;
          bestU = u;
          bestV = v;
        }
      }
    }
  }
  const { ux, uy, vx, vy } = patch;
  grid.x[node] = (grid.x[node] as number) + bestU * ux + bestV * vx;
  grid.y[node] = (grid.y[node] as number) + bestU * uy + bestV * vy;
}

/** The modules around a node, by the local directions of the grid there. */
interface Patch {
  x: number;
  y: number;
  ux: number;
  uy: number;
  vx: number;
  vy: number;
  /** Per module: its middle from the node, in modules, and what is known of it. */
  u: Float32Array;
  v: Float32Array;
  known: Int8Array;
  count: number;
}

function patchAt(pattern: SymbolPattern, grid: ElasticGrid, node: number): Patch {
  const { nodes, places, x, y } = grid;
  const row = Math.floor(node / nodes);
  const column = node % nodes;
  const left = row * nodes + Math.max(0, column - 1);
  const right = row * nodes + Math.min(nodes - 1, column + 1);
  const above = Math.max(0, row - 1) * nodes + column;
  const below = Math.min(nodes - 1, row + 1) * nodes + column;
  const place0 = places[1] as number;
  const wide = ((right - left) * place0) as number;
  const high = (((below - above) / nodes) * place0) as number;
  const u0 = places[column] as number;
  const v0 = places[row] as number;
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
      known[count] = modules[r * dimension + c] as number;
      count++;
    }
  }
  return {
    x: x[node] as number,
    y: y[node] as number,
    ux: ((x[right] as number) - (x[left] as number)) / wide,
    uy: ((y[right] as number) - (y[left] as number)) / wide,
    vx: ((x[below] as number) - (x[above] as number)) / high,
    vy: ((y[below] as number) - (y[above] as number)) / high,
    u,
    v,
    known,
    count,
  };
}

function patchLevels(frame: LumaFrame, patch: Patch) {
  let dark = 255;
  let light = 0;
  for (let index = 0; index < patch.count; index++) {
    const u = patch.u[index] as number;
    const v = patch.v[index] as number;
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

function patchCost(
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
    const u = (patch.u[index] as number) + shiftU;
    const v = (patch.v[index] as number) + shiftV;
    const x = patch.x + u * ux + v * vx;
    const y = patch.y + u * uy + v * vy;
    const level = sample(frame, x, y);
    cost += Math.abs(level - sample(frame, x + INSIDE * ux, y + INSIDE * uy));
    cost += Math.abs(level - sample(frame, x - INSIDE * ux, y - INSIDE * uy));
    cost += Math.abs(level - sample(frame, x + INSIDE * vx, y + INSIDE * vy));
    cost += Math.abs(level - sample(frame, x - INSIDE * vx, y - INSIDE * vy));
    const known = patch.known[index] as number;
    if (known >= 0) {
      cost += PATTERN_WEIGHT * (known === 1 ? level - dark : light - level);
    }
  }
  return cost;
}

/** The picture's level between pixels; beyond its edge, the edge's. */
export function sample(frame: LumaFrame, x: number, y: number): number {
  const { data, width, height } = frame;
  const cx = Math.max(0, Math.min(width - 1.001, x - 0.5));
  const cy = Math.max(0, Math.min(height - 1.001, y - 0.5));
  const left = cx | 0;
  const top = cy | 0;
  const fx = cx - left;
  const fy = cy - top;
  const at = top * width + left;
  const a = data[at] as number;
  const b = data[at + 1] as number;
  const c = data[at + width] as number;
  const d = data[at + width + 1] as number;
  const upper = a + (b - a) * fx;
  return upper + (c + (d - c) * fx - upper) * fy;
}
