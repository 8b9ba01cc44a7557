import type { Point } from './decoder.ts';
import { distance } from './geometry.ts';

/** A possible finder pattern: its centre, its module size in pixels, and how many lines crossed it. */
export interface Finder extends Point {
  module: number;
  hits: number;
}

/** Three finder patterns that may belong to one symbol. */
export interface FinderTriple {
  topLeft: Finder;
  topRight: Finder;
  bottomLeft: Finder;
  /** The deviation from a square; 0 is best. */
  skew: number;
}

const FINDERS_MAX = 16;
const CANDIDATES_MAX = 400;
const TRIPLES_MAX = 4;
const WHOLENESS_MIN = 0.25;
/** A smaller finder pattern can't be distinguished from noise; in pixels. */
const MODULE_MIN = 0.9;

/** Finds finder patterns (1:1:3:1:1 across and down) in a thresholded picture, the most certain first. */
export function findFinders(dark: Uint8Array, width: number, height: number): Finder[] {
  const found: Finder[] = [];
  const runs = new Int32Array(5);
  for (let y = 1; y < height; y += 2) {
    runs.fill(0);
    const from = y * width;
    let start = 0;
    let colour = dark[from] ?? 0;
    for (let x = 1; x <= width; x++) {
      const next = x < width ? (dark[from + x] ?? 0) : 1 - colour;
      if (next === colour) {
        continue;
      }
      runs.copyWithin(0, 1);
      runs[4] = x - start;
      if (colour === 1 && isFinder(runs, 0.6)) {
        const middleX = x - (runs[4] ?? 0) - (runs[3] ?? 0) - (runs[2] ?? 0) / 2;
        confirm(dark, width, height, middleX, y, found);
        if (found.length >= CANDIDATES_MAX) {
          return best(found);
        }
      }
      start = x;
      colour = next;
    }
  }
  return best(found);
}

function best(found: Finder[]): Finder[] {
  return found
    .filter((finder) => finder.hits >= 2 && wholeness(finder) >= WHOLENESS_MIN)
    .sort((a, b) => wholeness(b) - wholeness(a))
    .slice(0, FINDERS_MAX);
}

/**
 * The share of the scan lines through a finder pattern's core (three modules high, every second line) that
 * show its runs: near 1 for a real one, far less for letters or leaves.
 */
export function wholeness(finder: Finder): number {
  return finder.hits / (1.5 * finder.module);
}

function isFinder(runs: Int32Array, tolerance: number): boolean {
  let total = 0;
  for (let index = 0; index < 5; index++) {
    const run = runs[index] ?? 0;
    if (run === 0) {
      return false;
    }
    total += run;
  }
  const module = total / 7;
  if (module < MODULE_MIN) {
    return false;
  }
  const slack = Math.max(1, module * tolerance);
  return (
    Math.abs((runs[0] ?? 0) - module) <= slack &&
    Math.abs((runs[1] ?? 0) - module) <= slack &&
    Math.abs((runs[2] ?? 0) - 3 * module) <= 2 * slack &&
    Math.abs((runs[3] ?? 0) - module) <= slack &&
    Math.abs((runs[4] ?? 0) - module) <= slack
  );
}

/** Checks a candidate along its column, then along its row through the centre found, and keeps it. */
function confirm(
  dark: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  found: Finder[],
): void {
  const down = cross(dark, Math.round(x - 0.5), y, { width, height, dx: 0, dy: 1 });
  if (!down) {
    return;
  }
  const middleY = y + 0.5 + down.shift;
  const row = Math.floor(middleY);
  const across = cross(dark, Math.round(x - 0.5), row, { width, height, dx: 1, dy: 0 });
  if (!across || across.module > 2.5 * down.module || down.module > 2.5 * across.module) {
    return;
  }
  const middleX = Math.round(x - 0.5) + 0.5 + across.shift;
  const module = (across.module + down.module) / 2;
  for (const other of found) {
    if (Math.abs(other.x - middleX) < 3 * module && Math.abs(other.y - middleY) < 3 * module) {
      other.x += (middleX - other.x) / (other.hits + 1);
      other.y += (middleY - other.y) / (other.hits + 1);
      other.module += (module - other.module) / (other.hits + 1);
      other.hits++;
      return;
    }
  }
  found.push({ x: middleX, y: middleY, module, hits: 1 });
}

interface Line {
  width: number;
  height: number;
  dx: number;
  dy: number;
}

/** The five runs through a dark pixel along a line: the offset of their centre, and their module size. */
function cross(dark: Uint8Array, x: number, y: number, line: Line) {
  const { width, height, dx, dy } = line;
  if (x < 0 || y < 0 || x >= width || y >= height || dark[y * width + x] !== 1) {
    return undefined;
  }
  const runs = new Int32Array(5);
  const walk = (sign: number, order: readonly number[]): number => {
    let px = x + sign * dx;
    let py = y + sign * dy;
    let core = 0;
    for (const [index, run] of order.entries()) {
      const colour = index % 2 === 0 ? 1 : 0;
      let length = 0;
      while (px >= 0 && py >= 0 && px < width && py < height && dark[py * width + px] === colour) {
        length++;
        px += sign * dx;
        py += sign * dy;
      }
      runs[run] = (runs[run] ?? 0) + length;
      core = index === 0 ? length : core;
    }
    return core;
  };
  const after = walk(1, [2, 3, 4]);
  const before = walk(-1, [2, 1, 0]);
  runs[2] = (runs[2] ?? 0) + 1;
  if (!isFinder(runs, 0.75)) {
    return undefined;
  }
  let total = 0;
  for (const run of runs) {
    total += run;
  }
  return { shift: (after - before) / 2, module: total / 7 };
}

/** Triples of finder patterns that lie like those of one symbol, the squarest first. */
export function findTriples(finders: readonly Finder[]): FinderTriple[] {
  const triples: FinderTriple[] = [];
  for (const corner of finders) {
    for (const [index, a] of finders.entries()) {
      for (const b of finders.slice(index + 1)) {
        const triple = a === corner || b === corner ? undefined : tripleOf(corner, a, b);
        if (triple) {
          triples.push(triple);
        }
      }
    }
  }
  return triples.sort((a, b) => a.skew - b.skew).slice(0, TRIPLES_MAX);
}

function tripleOf(corner: Finder, a: Finder, b: Finder): FinderTriple | undefined {
  const modules = [corner.module, a.module, b.module];
  const spread = Math.max(...modules) / Math.min(...modules);
  const legA = distance(corner, a);
  const legB = distance(corner, b);
  const legs = Math.max(legA, legB) / Math.min(legA, legB);
  const short = Math.min(legA, legB) < 9 * Math.min(...modules);
  if (spread > 2 || legs > 2.5 || short) {
    return undefined;
  }
  const ax = a.x - corner.x;
  const ay = a.y - corner.y;
  const bx = b.x - corner.x;
  const by = b.y - corner.y;
  const cosine = (ax * bx + ay * by) / (legA * legB);
  if (Math.abs(cosine) > 0.7) {
    return undefined;
  }
  // Clockwise on the screen (y downwards): top right, then bottom left.
  const clockwise = ax * by - ay * bx > 0;
  return {
    topLeft: corner,
    topRight: clockwise ? a : b,
    bottomLeft: clockwise ? b : a,
    skew: Math.abs(cosine) + (legs - 1) + (spread - 1),
  };
}
