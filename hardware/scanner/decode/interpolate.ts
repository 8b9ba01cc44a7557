import type { LumaFrame } from './frame.ts';

/** The bilinear level between pixels; beyond the picture, the level of its edge. */
export function sample(frame: LumaFrame, x: number, y: number): number {
  const { data, width, height } = frame;
  const cx = Math.max(0, Math.min(width - 1.001, x - 0.5));
  const cy = Math.max(0, Math.min(height - 1.001, y - 0.5));
  const left = cx | 0;
  const top = cy | 0;
  const fx = cx - left;
  const fy = cy - top;
  const at = top * width + left;
  const a = data[at] ?? 0;
  const b = data[at + 1] ?? 0;
  const c = data[at + width] ?? 0;
  const d = data[at + width + 1] ?? 0;
  const upper = a + (b - a) * fx;
  return upper + (c + (d - c) * fx - upper) * fy;
}

/** The bilinear value between the four nodes of a cell whose first node is `at`. */
export function bilinear(
  of: Float32Array,
  at: number,
  nodes: number,
  fu: number,
  fv: number,
): number {
  const upper = (of[at] ?? 0) + ((of[at + 1] ?? 0) - (of[at] ?? 0)) * fu;
  const below = at + nodes;
  const lower = (of[below] ?? 0) + ((of[below + 1] ?? 0) - (of[below] ?? 0)) * fu;
  return upper + (lower - upper) * fv;
}
