import type { Corners, Point } from './decoder.ts';

/** A plane-to-plane map: `x = (a·u + b·v + c) / (g·u + h·v + 1)`, `y` likewise with d, e, f. */
export interface Homography {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
  g: number;
  h: number;
}

/**
 * The map from the square (0,0)–(side,side) to four corners, top left first, clockwise.
 *
 * @see P. Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989, §2.2.3.
 */
export function squareToCorners(corners: Corners, side: number): Homography | undefined {
  const [p0, p1, p2, p3] = corners;
  const dx1 = p1.x - p2.x;
  const dy1 = p1.y - p2.y;
  const dx2 = p3.x - p2.x;
  const dy2 = p3.y - p2.y;
  const sx = p0.x - p1.x + p2.x - p3.x;
  const sy = p0.y - p1.y + p2.y - p3.y;
  const determinant = dx1 * dy2 - dx2 * dy1;
  if (Math.abs(determinant) < 1e-6) {
    return undefined;
  }
  const g = (sx * dy2 - dx2 * sy) / determinant;
  const h = (dx1 * sy - sx * dy1) / determinant;
  return {
    a: (p1.x - p0.x + g * p1.x) / side,
    b: (p3.x - p0.x + h * p3.x) / side,
    c: p0.x,
    d: (p1.y - p0.y + g * p1.y) / side,
    e: (p3.y - p0.y + h * p3.y) / side,
    f: p0.y,
    g: g / side,
    h: h / side,
  };
}

export function mapPoint(map: Homography, u: number, v: number): Point {
  const w = map.g * u + map.h * v + 1;
  return { x: (map.a * u + map.b * v + map.c) / w, y: (map.d * u + map.e * v + map.f) / w };
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

export function middle(corners: Corners): Point {
  let x = 0;
  let y = 0;
  for (const corner of corners) {
    x += corner.x / 4;
    y += corner.y / 4;
  }
  return { x, y };
}
