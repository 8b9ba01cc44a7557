import { sample } from './elastic-grid.ts';
import type { LumaFrame } from './frame.ts';

/** A part of a picture that moved while it was exposed. */
export interface Smear {
  /** Direction of the motion, in radians from the x axis. */
  angle: number;
  /** How much stronger the edges along the motion are than those across it: 1 for a still picture. */
  ratio: number;
  /** The part's bounds, in pixels along the motion (u) and across it (v), from the picture's corner. */
  fromU: number;
  toU: number;
  fromV: number;
  toV: number;
}

/** Blocks along the longer side in which edges are counted. */
const BLOCKS = 32;
/** Columns that are looked at, at most: more tells nothing new. */
const COLUMNS_MAX = 320;
/** A block belongs to the part when its edges are this strong, as a share of the strongest's. */
const STRENGTH_SHARE = 0.25;
const PART_BLOCKS_MIN = 6;
const PART_SHARE_MAX = 0.4;
/** Less is no motion, but what is printed there. */
const RATIO_MIN = 1.35;

/**
 * The busiest part of a picture, and which way it moved during the exposure: a code has as many edges
 * one way as the other, and motion leaves only those along its path.
 */
export function findSmear(frame: LumaFrame): Smear | undefined {
  const edges = countEdges(frame);
  const part = busiestPart(edges);
  if (part.length < PART_BLOCKS_MIN || part.length > PART_SHARE_MAX * edges.xx.length) {
    return undefined;
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (const block of part) {
    xx += edges.xx[block] as number;
    yy += edges.yy[block] as number;
    xy += edges.xy[block] as number;
  }
  const spread = Math.hypot(xx - yy, 2 * xy);
  const ratio = (xx + yy + spread) / Math.max(1, xx + yy - spread);
  if (ratio < RATIO_MIN) {
    return undefined;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2 + Math.PI / 2;
  return { angle, ratio, ...boundsAlong(part, edges, angle) };
}

interface Edges {
  columns: number;
  rows: number;
  /** Pixels of a block's side. */
  block: number;
  /** Sums of the products of the slopes, per block. */
  xx: Float64Array;
  yy: Float64Array;
  xy: Float64Array;
}

function countEdges({ data, width, height }: LumaFrame): Edges {
  const block = Math.max(8, Math.round(Math.max(width, height) / BLOCKS));
  const columns = Math.ceil(width / block);
  const rows = Math.ceil(height / block);
  const xx = new Float64Array(columns * rows);
  const yy = new Float64Array(columns * rows);
  const xy = new Float64Array(columns * rows);
  const step = Math.max(2, Math.ceil(width / COLUMNS_MAX));
  for (let y = 1; y < height - 1; y += step) {
    const row = Math.floor(y / block) * columns;
    for (let x = 1; x < width - 1; x += step) {
      const above = y * width + x - width;
      const at = above + width;
      const below = at + width;
      const a = data[above - 1] as number;
      const b = data[above + 1] as number;
      const c = data[below - 1] as number;
      const d = data[below + 1] as number;
      const acrossX = b + d - a - c + 2 * ((data[at + 1] as number) - (data[at - 1] as number));
      const acrossY = c + d - a - b + 2 * ((data[below] as number) - (data[above] as number));
      const into = row + Math.floor(x / block);
      xx[into] = (xx[into] as number) + acrossX * acrossX;
      yy[into] = (yy[into] as number) + acrossY * acrossY;
      xy[into] = (xy[into] as number) + acrossX * acrossY;
    }
  }
  return { columns, rows, block, xx, yy, xy };
}

/** The blocks with strong edges that hang together with the strongest one. */
function busiestPart({ columns, rows, xx, yy }: Edges): number[] {
  let strongest = 0;
  const strength = (at: number) => (xx[at] as number) + (yy[at] as number);
  for (let at = 1; at < xx.length; at++) {
    strongest = strength(at) > strength(strongest) ? at : strongest;
  }
  const enough = strength(strongest) * STRENGTH_SHARE;
  const seen = new Uint8Array(xx.length);
  seen[strongest] = 1;
  const part = [strongest];
  for (let next = 0; next < part.length; next++) {
    const column = (part[next] as number) % columns;
    const row = Math.floor((part[next] as number) / columns);
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        const at = r * columns + c;
        if (!seen[at] && strength(at) >= enough) {
          seen[at] = 1;
          part.push(at);
        }
      }
    }
  }
  return part;
}

function boundsAlong(part: readonly number[], { columns, block }: Edges, angle: number) {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const us: number[] = [];
  const vs: number[] = [];
  for (const at of part) {
    const x = ((at % columns) + 0.5) * block;
    const y = (Math.floor(at / columns) + 0.5) * block;
    us.push(x * cos + y * sin);
    vs.push(y * cos - x * sin);
  }
  const margin = block * 1.2;
  return {
    fromU: Math.min(...us) - margin,
    toU: Math.max(...us) + margin,
    fromV: Math.min(...vs) - margin,
    toV: Math.max(...vs) + margin,
  };
}

/** The part of a picture that moved, turned so that it moved along the rows. */
export function turnSmear(frame: LumaFrame, smear: Smear, enlarge: number): LumaFrame {
  const width = Math.max(1, Math.round((smear.toU - smear.fromU) * enlarge));
  const height = Math.max(1, Math.round((smear.toV - smear.fromV) * enlarge));
  const data = new Uint8Array(width * height);
  const stepX = Math.cos(smear.angle) / enlarge;
  const stepY = Math.sin(smear.angle) / enlarge;
  const left = smear.fromU * Math.cos(smear.angle) - smear.fromV * Math.sin(smear.angle);
  const top = smear.fromU * Math.sin(smear.angle) + smear.fromV * Math.cos(smear.angle);
  for (let y = 0; y < height; y++) {
    let fromX = left - (y + 0.5) * stepY + 0.5 * stepX;
    let fromY = top + (y + 0.5) * stepX + 0.5 * stepY;
    for (let x = 0; x < width; x++) {
      data[y * width + x] = sample(frame, fromX, fromY) + 0.5;
      fromX += stepX;
      fromY += stepY;
    }
  }
  return { data, width, height };
}

const ROUNDS = 10;
const LEVEL_MAX = 400;

/**
 * Takes motion along the rows back out of a picture.
 *
 * @param length of the motion, in pixels.
 * @see W. H. Richardson, Bayesian-based iterative method of image restoration, 1972; L. B. Lucy, 1974.
 */
export function undoMotion(frame: LumaFrame, length: number): LumaFrame {
  const { data, width, height } = frame;
  const reach = Math.floor(Math.max(0, length - 1) / 2);
  const rim = Math.max(0, (length - 1) / 2 - reach);
  const out = new Uint8Array(data.length);
  const guess = new Float32Array(width);
  const change = new Float32Array(width);
  const padded = new Float32Array(width + 2 * (reach + 1));
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    guess.set(row);
    for (let round = 0; round < ROUNDS; round++) {
      smearRow(guess, change, padded, reach, rim);
      for (let x = 0; x < width; x++) {
        change[x] = (row[x] as number) / Math.max(1, change[x] as number);
      }
      smearRow(change, change, padded, reach, rim);
      for (let x = 0; x < width; x++) {
        const level = (guess[x] as number) * (change[x] as number);
        guess[x] = Math.max(1, Math.min(LEVEL_MAX, level));
      }
    }
    for (let x = 0; x < width; x++) {
      out[y * width + x] = Math.min(255, guess[x] as number);
    }
  }
  return { data: out, width, height };
}

/** The mean of `reach` levels on both sides, and of a share `rim` of the next; ends go on as they are. */
function smearRow(
  from: Float32Array,
  to: Float32Array,
  padded: Float32Array,
  reach: number,
  rim: number,
): void {
  const width = from.length;
  const pad = reach + 1;
  padded.fill(from[0] as number, 0, pad);
  padded.set(from, pad);
  padded.fill(from[width - 1] as number, pad + width);
  let sum = 0;
  for (let at = 1; at < 1 + 2 * reach; at++) {
    sum += padded[at] as number;
  }
  const whole = 2 * reach + 1 + 2 * rim;
  for (let x = 0; x < width; x++) {
    sum += padded[x + 1 + 2 * reach] as number;
    const ends = (padded[x] as number) + (padded[x + 2 * pad] as number);
    to[x] = (sum + rim * ends) / whole;
    sum -= padded[x + 1] as number;
  }
}
