import type { Point } from './decoder.ts';
import type { LumaFrame } from './frame.ts';
import type { Homography } from './geometry.ts';
import { type ElasticGrid, layGrid, neighbour } from './grid-nodes.ts';
import { patchAt, patchCost, patchLevels } from './module-patch.ts';
import type { SymbolPattern } from './symbol-pattern.ts';

/** Step sizes of the search around a prediction, in modules. */
const SEARCH_STEPS = [0.32, 0.16, 0.08];
/** How much of the bend of settled nodes is extrapolated to the next. */
const LEAD = 0.7;
const STIFFNESS = 0.5;

/**
 * Lays a symbol's grid over a picture by `map` (module coordinates to pixels) and bends it until it fits:
 * for crumpled paper, a cup, a shirt.
 *
 * From the finder patterns outwards each node is predicted from its neighbours, then moved to where the
 * modules around it are most even inside (a module that is cut by an edge is not) and agree best with the
 * function patterns.
 */
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
    grid.x[node] = ((grid.x[node] ?? 0) + between.x) / 2;
    grid.y[node] = ((grid.y[node] ?? 0) + between.y) / 2;
    settle(frame, pattern, grid, node);
  }
  return grid;
}

/** Nodes by their distance from the nearest finder pattern, the most certain first. */
function growthOrder(grid: ElasticGrid): number[] {
  const { nodes, places, dimension } = grid;
  const far = dimension - 3.5;
  const reach = (node: number) => {
    const u = places[node % nodes] ?? 0;
    const v = places[Math.floor(node / nodes)] ?? 0;
    return Math.min(
      Math.hypot(u - 3.5, v - 3.5),
      Math.hypot(u - far, v - 3.5),
      Math.hypot(u - 3.5, v - far),
    );
  };
  const order = Array.from({ length: nodes * nodes }, (_, node) => node);
  const key = order.map(reach);
  return order.sort((a, b) => (key[a] ?? 0) - (key[b] ?? 0));
}

/**
 * Predicts a node from its settled neighbours: displaced as they are, plus a part of the bend that leads
 * up to them.
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
  const movedX = (at: number) => (x[at] ?? 0) - (base.x[at] ?? 0);
  const movedY = (at: number) => (y[at] ?? 0) - (base.y[at] ?? 0);
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
  return { x: (base.x[node] ?? 0) + shiftX, y: (base.y[node] ?? 0) + shiftY };
}

/** Predicts a node from its neighbours on both sides; on the rim, its own place. */
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
      sumX += ((x[before] ?? 0) + (x[after] ?? 0)) / 2;
      sumY += ((y[before] ?? 0) + (y[after] ?? 0)) / 2;
      count++;
    }
  }
  return count === 0 ? { x: x[node] ?? 0, y: y[node] ?? 0 } : { x: sumX / count, y: sumY / count };
}

/** Moves one node to the best place nearby. */
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
  grid.x[node] = (grid.x[node] ?? 0) + bestU * ux + bestV * vx;
  grid.y[node] = (grid.y[node] ?? 0) + bestU * uy + bestV * vy;
}
