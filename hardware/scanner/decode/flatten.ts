import type { LumaFrame } from './frame.ts';
import { type Homography, mapPoint } from './geometry.ts';
import type { ElasticGrid } from './grid-nodes.ts';
import { bilinear, sample } from './interpolate.ts';

/** Modules of the quiet zone around a flattened symbol. */
const QUIET_MODULES = 4;

/** A picture of the symbol alone, straightened by its homography. */
export function flattenPlane(
  frame: LumaFrame,
  map: Homography,
  dimension: number,
  modulePixels: number,
): LumaFrame {
  const side = (dimension + 2 * QUIET_MODULES) * modulePixels;
  const data = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    const v = (y + 0.5) / modulePixels - QUIET_MODULES;
    for (let x = 0; x < side; x++) {
      const point = mapPoint(map, (x + 0.5) / modulePixels - QUIET_MODULES, v);
      data[y * side + x] = sample(frame, point.x, point.y);
    }
  }
  return { data, width: side, height: side };
}

/** A picture of the symbol alone, straightened by its bent grid, on white. */
export function flattenGrid(frame: LumaFrame, grid: ElasticGrid, modulePixels: number): LumaFrame {
  const { dimension, nodes, x, y } = grid;
  const quiet = QUIET_MODULES * modulePixels;
  const inner = dimension * modulePixels;
  const side = inner + 2 * quiet;
  const data = new Uint8Array(side * side).fill(255);
  const scale = (nodes - 1) / inner;
  for (let row = 0; row < inner; row++) {
    const v = (row + 0.5) * scale;
    const cellRow = Math.floor(v);
    const fv = v - cellRow;
    for (let column = 0; column < inner; column++) {
      const u = (column + 0.5) * scale;
      const at = cellRow * nodes + Math.floor(u);
      const fu = u - Math.floor(u);
      data[(row + quiet) * side + column + quiet] = sample(
        frame,
        bilinear(x, at, nodes, fu, fv),
        bilinear(y, at, nodes, fu, fv),
      );
    }
  }
  return { data, width: side, height: side };
}
