import { type Homography, mapPoint } from './geometry.ts';

/** A symbol's grid in a picture: nodes every few modules, with their places in the picture. */
export interface ElasticGrid {
  dimension: number;
  /** Nodes per side. */
  nodes: number;
  /** Module coordinate of each node along a side. */
  places: Float32Array;
  x: Float32Array;
  y: Float32Array;
}

/** Modules from one node to the next, at most. */
const NODE_STEP = 4;

/** A flat grid, by a map from module coordinates to pixels. */
export function layGrid(dimension: number, map: Homography): ElasticGrid {
  const nodes = Math.ceil(dimension / NODE_STEP) + 1;
  const places = new Float32Array(nodes);
  for (let index = 0; index < nodes; index++) {
    places[index] = (index * dimension) / (nodes - 1);
  }
  const x = new Float32Array(nodes * nodes);
  const y = new Float32Array(nodes * nodes);
  for (let row = 0; row < nodes; row++) {
    for (let column = 0; column < nodes; column++) {
      const point = mapPoint(map, places[column] ?? 0, places[row] ?? 0);
      x[row * nodes + column] = point.x;
      y[row * nodes + column] = point.y;
    }
  }
  return { dimension, nodes, places, x, y };
}

/** The index of a node, or -1 outside of the grid. */
export function neighbour(nodes: number, row: number, column: number): number {
  const inside = row >= 0 && column >= 0 && row < nodes && column < nodes;
  return inside ? row * nodes + column : -1;
}
