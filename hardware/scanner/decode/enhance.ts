import type { LumaFrame } from './frame.ts';

/** A part of a picture and where its top left corner was. */
export interface Crop {
  frame: LumaFrame;
  left: number;
  top: number;
}

/** The part of a picture between these edges, as far as they are in it. */
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
 * Edges made steeper: each level is pushed away from the mean of the square around it.
 *
 * @param radius half the square's side, in pixels.
 */
export function sharpen(frame: LumaFrame, radius: number, strength: number): LumaFrame {
  const { data, width, height } = frame;
  const means = boxMeans(frame, radius);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < out.length; at++) {
    const level = data[at] as number;
    const pushed = level + strength * (level - (means[at] as number));
    out[at] = Math.max(0, Math.min(255, pushed));
  }
  return { data: out, width, height };
}

/** Levels stretched about the mean of the square around each: faint codes, shadows, uneven light. */
export function flattenLight(frame: LumaFrame, radius: number, gain: number): LumaFrame {
  const { data, width, height } = frame;
  const means = boxMeans(frame, radius);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < out.length; at++) {
    const pushed = 128 + gain * ((data[at] as number) - (means[at] as number));
    out[at] = Math.max(0, Math.min(255, pushed));
  }
  return { data: out, width, height };
}

/** The mean of the square around every pixel, as far as the square is in the picture. */
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
    columns[x] = (columns[x] as number) + sign * (data[from + x] as number);
  }
}

function slideAcross(means: Float32Array, columns: Int32Array, radius: number, rows: number): void {
  const width = columns.length;
  let sum = 0;
  let count = 0;
  for (let x = -radius; x < width; x++) {
    if (x + radius < width) {
      sum += columns[x + radius] as number;
      count += rows;
    }
    if (x - radius - 1 >= 0) {
      sum -= columns[x - radius - 1] as number;
      count -= rows;
    }
    if (x >= 0) {
      means[x] = sum / count;
    }
  }
}
