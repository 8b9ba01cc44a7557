import type { LumaFrame } from './frame.ts';

/** Side of the window over which a block's threshold is averaged, in blocks. */
const WINDOW_BLOCKS = 5;

/**
 * Dark (1) or light (0) per pixel, by the mean of the window around its block, so that shadows and glare
 * across the picture do not matter.
 *
 * @param share the window's side as a share of the picture's longer side.
 * @see D. Bradley, G. Roth, Adaptive Thresholding Using the Integral Image, 2007: here by blocks,
 *   which needs no integral image.
 */
export function adaptiveThreshold(frame: LumaFrame, share: number): Uint8Array {
  const { data, width, height } = frame;
  const block = Math.max(4, Math.round((Math.max(width, height) * share) / WINDOW_BLOCKS));
  const thresholds = blockThresholds(frame, block);
  const columns = Math.ceil(width / block);
  const dark = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / block) * columns;
    for (let column = 0; column < columns; column++) {
      const threshold = thresholds[row + column] ?? 0;
      const end = y * width + Math.min(width, (column + 1) * block);
      for (let at = y * width + column * block; at < end; at++) {
        dark[at] = (data[at] ?? 0) < threshold ? 1 : 0;
      }
    }
  }
  return dark;
}

function blockThresholds(frame: LumaFrame, block: number): Float32Array {
  const { data, width, height } = frame;
  const columns = Math.ceil(width / block);
  const rows = Math.ceil(height / block);
  const means = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const bottom = Math.min(height, (row + 1) * block);
    for (let column = 0; column < columns; column++) {
      const right = Math.min(width, (column + 1) * block);
      let sum = 0;
      for (let y = row * block; y < bottom; y++) {
        for (let at = y * width + column * block; at < y * width + right; at++) {
          sum += data[at] ?? 0;
        }
      }
      means[row * columns + column] = sum / ((bottom - row * block) * (right - column * block));
    }
  }
  const thresholds = new Float32Array(columns * rows);
  const reach = (WINDOW_BLOCKS - 1) / 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let count = 0;
      for (let r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r++) {
        for (let c = Math.max(0, column - reach); c <= Math.min(columns - 1, column + reach); c++) {
          sum += means[r * columns + c] ?? 0;
          count++;
        }
      }
      thresholds[row * columns + column] = sum / count;
    }
  }
  return thresholds;
}
