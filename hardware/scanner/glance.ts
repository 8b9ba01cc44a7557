import type { CameraView } from '../ports.ts';
import type { LumaFrame } from './decode/frame.ts';

/** Measurements of a frame, cheap enough for every frame: for motion, and for what hinders the camera. */
export interface Glance {
  /** 32×24 grey levels. */
  thumbnail: Uint8Array;
  mean: number;
  /** Standard deviation of the thumbnail's levels. */
  spread: number;
  /** Mean difference of neighbouring pixels. */
  detail: number;
}

const COLUMNS = 32;
const ROWS = 24;
/** Levels by which a cell must change to count as motion, which is above a camera's noise. */
const CELL_MOTION = 14;
/** Cells that must change: a single one may be an insect, or noise. */
const CELLS_MOVING_MIN = 3;

export function glance(frame: LumaFrame): Glance {
  const { data, width, height } = frame;
  const thumbnail = new Uint8Array(COLUMNS * ROWS);
  const stepX = width / COLUMNS;
  const stepY = height / ROWS;
  let sum = 0;
  let squares = 0;
  let detail = 0;
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      let cell = 0;
      for (let tap = 0; tap < 4; tap++) {
        const x = Math.floor((column + 0.25 + 0.5 * (tap & 1)) * stepX);
        const y = Math.floor((row + 0.25 + 0.5 * (tap >> 1)) * stepY);
        const at = y * width + Math.min(x, width - 2);
        const level = data[at] ?? 0;
        cell += level;
        detail += Math.abs(level - (data[at + 1] ?? 0));
      }
      const level = cell / 4;
      thumbnail[row * COLUMNS + column] = level;
      sum += level;
      squares += level * level;
    }
  }
  const count = COLUMNS * ROWS;
  const mean = sum / count;
  const spread = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return { thumbnail, mean, spread, detail: detail / (4 * count) };
}

/** Whether something moved between two frames; light that is switched on counts too. */
export function moved(before: Glance, after: Glance): boolean {
  let cells = 0;
  for (let at = 0; at < after.thumbnail.length; at++) {
    const change = (after.thumbnail[at] ?? 0) - (before.thumbnail[at] ?? 0);
    cells += Math.abs(change) > CELL_MOTION ? 1 : 0;
  }
  return cells >= CELLS_MOVING_MIN;
}

const DARK_MEAN = 28;
/** Mean level with the sun or a lamp in the lens; auto-exposure keeps other scenes well below. */
const GLARE_MEAN = 240;
const FLAT_SPREAD = 3;
const CLEAR_SPREAD = 18;
const BLURRED_DETAIL = 0.9;

/** What hinders the camera, if anything. A plain wall is `clear`: it has no detail to be out of focus. */
export function viewOf({ mean, spread, detail }: Glance): CameraView {
  if (mean < DARK_MEAN) {
    return spread < FLAT_SPREAD ? 'lensCovered' : 'tooDark';
  }
  if (mean > GLARE_MEAN) {
    return 'glare';
  }
  return spread > CLEAR_SPREAD && detail < BLURRED_DETAIL ? 'outOfFocus' : 'clear';
}

/** While nothing moves, a frame is decoded this often, in milliseconds. */
const STILL_EVERY_MS = 200;
/** How long every frame is decoded after motion or a sign of a code, in milliseconds. */
const AWAKE_FOR_MS = 1500;
/** How long a view must last before it is reported, in milliseconds. */
const VIEW_LASTS_MS = 3000;

/** Decides for each frame whether it is worth decoding, and tracks the camera's view. */
export class FramePace {
  #last: Glance | undefined;
  #awakeUntil = Number.NEGATIVE_INFINITY;
  #decodedAt = Number.NEGATIVE_INFINITY;
  #view: CameraView = 'clear';
  #candidate: CameraView = 'clear';
  #candidateSince = 0;

  /** Whether to decode this frame: always while something moves, otherwise five per second. */
  admit(seen: Glance, at: number): boolean {
    if (!this.#last || moved(this.#last, seen)) {
      this.#awakeUntil = at + AWAKE_FOR_MS;
      this.#last = seen;
    }
    if (at < this.#awakeUntil || at - this.#decodedAt >= STILL_EVERY_MS) {
      this.#decodedAt = at;
      this.#last = seen;
      return true;
    }
    return false;
  }

  /** Something code-like is in view: every frame is worth decoding. */
  wake(at: number): void {
    this.#awakeUntil = at + AWAKE_FOR_MS;
  }

  /** The new view once it has lasted, otherwise nothing. */
  changedView(seen: Glance, at: number): CameraView | undefined {
    const view = viewOf(seen);
    if (view !== this.#candidate) {
      this.#candidate = view;
      this.#candidateSince = at;
    }
    if (view === this.#view || at - this.#candidateSince < VIEW_LASTS_MS) {
      return undefined;
    }
    this.#view = view;
    return view;
  }
}
