import type { LumaFrame } from './frame.ts';

/** Scales a frame down to fit, keeping its aspect ratio; returns the frame itself if it fits. */
export function shrinkToFit(frame: LumaFrame, widthMax: number, heightMax: number): LumaFrame {
  const scale = Math.min(widthMax / frame.width, heightMax / frame.height);
  return scale >= 1 ? frame : rescale(frame, scale);
}

/** Scales a frame: by the mean of the covered pixels when it shrinks, bilinearly when it grows. */
export function rescale(frame: LumaFrame, scale: number): LumaFrame {
  const width = Math.max(1, Math.round(frame.width * scale));
  const height = Math.max(1, Math.round(frame.height * scale));
  return scale < 1 ? shrink(frame, width, height) : enlarge(frame, width, height);
}

/** Halves a frame, each pixel being the mean of four. */
export function halve(frame: LumaFrame): LumaFrame {
  const width = frame.width >> 1;
  const height = frame.height >> 1;
  const source = frame.data;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let from = 2 * y * frame.width;
    const end = (y + 1) * width;
    for (let at = y * width; at < end; at++) {
      const upper = (source[from] ?? 0) + (source[from + 1] ?? 0);
      const below = from + frame.width;
      const lower = (source[below] ?? 0) + (source[below + 1] ?? 0);
      data[at] = (upper + lower + 2) >> 2;
      from += 2;
    }
  }
  return { data, width, height };
}

function shrink(frame: LumaFrame, width: number, height: number): LumaFrame {
  const columns = boxWeights(frame.width, width);
  const rows = boxWeights(frame.height, height);
  const across = new Float32Array(width * frame.height);
  for (let y = 0; y < frame.height; y++) {
    const from = y * frame.width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      const first = columns.first[x] ?? 0;
      const base = x * columns.taps;
      for (let tap = 0; tap < columns.taps; tap++) {
        sum += (columns.weights[base + tap] ?? 0) * (frame.data[from + first + tap] ?? 0);
      }
      across[y * width + x] = sum;
    }
  }
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const first = rows.first[y] ?? 0;
    const base = y * rows.taps;
    for (let x = 0; x < width; x++) {
      let sum = 0.5;
      for (let tap = 0; tap < rows.taps; tap++) {
        sum += (rows.weights[base + tap] ?? 0) * (across[(first + tap) * width + x] ?? 0);
      }
      data[y * width + x] = sum;
    }
  }
  return { data, width, height };
}

/** Per output cell: the first input cell that it covers, and its weights, which sum to 1. */
function boxWeights(from: number, to: number) {
  const ratio = from / to;
  const taps = Math.ceil(ratio) + 1;
  const first = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let cell = 0; cell < to; cell++) {
    const start = cell * ratio;
    const end = Math.min(from, start + ratio);
    const begin = Math.floor(start);
    first[cell] = begin;
    for (let tap = 0; tap < taps; tap++) {
      const covered = Math.min(end, begin + tap + 1) - Math.max(start, begin + tap);
      weights[cell * taps + tap] = Math.max(0, covered) / (end - start);
    }
  }
  return { taps, first, weights };
}

function enlarge(frame: LumaFrame, width: number, height: number): LumaFrame {
  const data = new Uint8Array(width * height);
  const stepX = frame.width / width;
  const stepY = frame.height / height;
  for (let y = 0; y < height; y++) {
    const sourceY = Math.max(0, (y + 0.5) * stepY - 0.5);
    const top = Math.min(frame.height - 1, Math.floor(sourceY));
    const bottom = Math.min(frame.height - 1, top + 1);
    const down = sourceY - top;
    for (let x = 0; x < width; x++) {
      const sourceX = Math.max(0, (x + 0.5) * stepX - 0.5);
      const left = Math.min(frame.width - 1, Math.floor(sourceX));
      const right = Math.min(frame.width - 1, left + 1);
      const across = sourceX - left;
      const upper = mix(frame, top, left, right, across);
      const lower = mix(frame, bottom, left, right, across);
      data[y * width + x] = upper + (lower - upper) * down + 0.5;
    }
  }
  return { data, width, height };
}

function mix(frame: LumaFrame, row: number, left: number, right: number, across: number): number {
  const base = row * frame.width;
  const a = frame.data[base + left] ?? 0;
  const b = frame.data[base + right] ?? 0;
  return a + (b - a) * across;
}
