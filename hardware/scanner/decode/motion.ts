import type { LumaFrame } from './frame.ts';
import { sample } from './interpolate.ts';

/** A part of a picture with motion blur. */
export interface Smear {
  /** Direction of the motion, in radians from the x axis. */
  angle: number;
  /** How much stronger edges along the motion are than across it; 1 without motion. */
  ratio: number;
  /** The part's bounds along the motion (u) and across it (v), in pixels from the picture's corner. */
  fromU: number;
  toU: number;
  fromV: number;
  toV: number;
}

/** Number of blocks along the longer side. */
const BLOCKS = 32;
/** Most columns that are sampled; more would not improve the result. */
const COLUMNS_MAX = 320;
/** The edge strength from which a block belongs to the part, as a share of the strongest block's. */
const STRENGTH_SHARE = 0.25;
const PART_BLOCKS_MIN = 6;
const PART_SHARE_MAX = 0.4;
/** Below this the edges' direction comes from the print and not from motion. */
const RATIO_MIN = 1.35;

/**
 * Finds the part of a picture with the most edges, and the direction in which it moved during the exposure:
 * a code has edges in all directions, and motion leaves only those along its path.
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
    xx += edges.xx[block] ?? 0;
    yy += edges.yy[block] ?? 0;
    xy += edges.xy[block] ?? 0;
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
      const a = data[above - 1] ?? 0;
      const b = data[above + 1] ?? 0;
      const c = data[below - 1] ?? 0;
      const d = data[below + 1] ?? 0;
      const acrossX = b + d - a - c + 2 * ((data[at + 1] ?? 0) - (data[at - 1] ?? 0));
      const acrossY = c + d - a - b + 2 * ((data[below] ?? 0) - (data[above] ?? 0));
      const into = row + Math.floor(x / block);
      xx[into] = (xx[into] ?? 0) + acrossX * acrossX;
      yy[into] = (yy[into] ?? 0) + acrossY * acrossY;
      xy[into] = (xy[into] ?? 0) + acrossX * acrossY;
    }
  }
  return { columns, rows, block, xx, yy, xy };
}

/** The blocks with strong edges that are connected to the strongest block. */
function busiestPart({ columns, rows, xx, yy }: Edges): number[] {
  let strongest = 0;
  const strength = (at: number) => (xx[at] ?? 0) + (yy[at] ?? 0);
  for (let at = 1; at < xx.length; at++) {
    strongest = strength(at) > strength(strongest) ? at : strongest;
  }
  const enough = strength(strongest) * STRENGTH_SHARE;
  const seen = new Uint8Array(xx.length);
  seen[strongest] = 1;
  const part = [strongest];
  for (let next = 0; next < part.length; next++) {
    const column = (part[next] ?? 0) % columns;
    const row = Math.floor((part[next] ?? 0) / columns);
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

/** The smeared part, rotated so that the motion is along the rows. */
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
 * Removes motion blur along the rows, by Richardson–Lucy deconvolution.
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
        change[x] = (row[x] ?? 0) / Math.max(1, change[x] ?? 0);
      }
      smearRow(change, change, padded, reach, rim);
      for (let x = 0; x < width; x++) {
        const level = (guess[x] ?? 0) * (change[x] ?? 0);
        guess[x] = Math.max(1, Math.min(LEVEL_MAX, level));
      }
    }
    for (let x = 0; x < width; x++) {
      out[y * width + x] = Math.min(255, guess[x] ?? 0);
    }
  }
  return { data: out, width, height };
}

/** Box blur over `reach` levels on both sides and a share `rim` of the next; edges are repeated. */
function smearRow(
  from: Float32Array,
  to: Float32Array,
  padded: Float32Array,
  reach: number,
  rim: number,
): void {
  const width = from.length;
  const pad = reach + 1;
  padded.fill(from[0] ?? 0, 0, pad);
  padded.set(from, pad);
  padded.fill(from[width - 1] ?? 0, pad + width);
  let sum = 0;
  for (let at = 1; at < 1 + 2 * reach; at++) {
    sum += padded[at] ?? 0;
  }
  const whole = 2 * reach + 1 + 2 * rim;
  for (let x = 0; x < width; x++) {
    sum += padded[x + 1 + 2 * reach] ?? 0;
    const ends = (padded[x] ?? 0) + (padded[x + 2 * pad] ?? 0);
    to[x] = (sum + rim * ends) / whole;
    sum -= padded[x + 1] ?? 0;
  }
}
