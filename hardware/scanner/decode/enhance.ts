import type { LumaFrame } from './frame.ts';

/** A part of a picture, and its top left corner there. */
export interface Crop {
  frame: LumaFrame;
  left: number;
  top: number;
}

/** Cuts out a part of a picture, limited to the picture. */
export function crop(
  frame: LumaFrame,
  box: { left: number; top: number; right: number; bottom: number },
): Crop {
  const left = Math.max(0, Math.floor(box.left));
  const top = Math.max(0, Math.floor(box.top));
  const width = Math.max(1, Math.min(frame.width, Math.ceil(box.right)) - left);
  const height = Math.max(1, Math.min(frame.height, Math.ceil(box.bottom)) - top);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * frame.width + left;
    data.set(frame.data.subarray(from, from + width), y * width);
  }
  return { frame: { data, width, height }, left, top };
}

/**
 * Sharpens a picture: each level is moved away from the mean of the square around it.
 *
 * @param radius half the square's side, in pixels.
 */
export function sharpen(frame: LumaFrame, radius: number, strength: number): LumaFrame {
  const { data, width, height } = frame;
  const means = boxMeans(frame, radius);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < out.length; at++) {
    const level = data[at] ?? 0;
    const pushed = level + strength * (level - (means[at] ?? 0));
    out[at] = Math.max(0, Math.min(255, pushed));
  }
  return { data: out, width, height };
}

/** Stretches levels around their local mean, for faint codes, shadows and uneven light. */
export function flattenLight(frame: LumaFrame, radius: number, gain: number): LumaFrame {
  const { data, width, height } = frame;
  const means = boxMeans(frame, radius);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < out.length; at++) {
    const pushed = 128 + gain * ((data[at] ?? 0) - (means[at] ?? 0));
    out[at] = Math.max(0, Math.min(255, pushed));
  }
  return { data: out, width, height };
}

/** The mean of the square around every pixel, limited to the picture. */
function boxMeans(frame: LumaFrame, radius: number): Float32Array {
  const { data, width, height } = frame;
  const means = new Float32Array(width * height);
  const columns = new Int32Array(width);
  let rows = 0;
  for (let y = -radius; y < height; y++) {
    const entering = y + radius;
    if (entering < height) {
      addRow(columns, data, entering * width, 1);
      rows++;
    }
    const leaving = y - radius - 1;
    if (leaving >= 0) {
      addRow(columns, data, leaving * width, -1);
      rows--;
    }
    if (y >= 0) {
      slideAcross(means.subarray(y * width, (y + 1) * width), columns, radius, rows);
    }
  }
  return means;
}

function addRow(columns: Int32Array, data: Uint8Array, from: number, sign: number): void {
  for (let x = 0; x < columns.length; x++) {
    columns[x] = (columns[x] ?? 0) + sign * (data[from + x] ?? 0);
  }
}

function slideAcross(means: Float32Array, columns: Int32Array, radius: number, rows: number): void {
  const width = columns.length;
  let sum = 0;
  let count = 0;
  for (let x = -radius; x < width; x++) {
    if (x + radius < width) {
      sum += columns[x + radius] ?? 0;
      count += rows;
    }
    if (x - radius - 1 >= 0) {
      sum -= columns[x - radius - 1] ?? 0;
      count -= rows;
    }
    if (x >= 0) {
      means[x] = sum / count;
    }
  }
}
