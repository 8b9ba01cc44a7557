import type { CameraView } from '../ports.ts';
import type { LumaFrame } from './decode/frame.ts';

/** A frame at a glance: cheap enough for every frame, enough to tell motion and a blind lens. */
export interface Glance {
  /** 32×24 levels. */
  thumbnail: Uint8Array;
  mean: number;
  /** Standard deviation of the thumbnail's levels. */
  spread: number;
  /** Mean difference of neighbouring pixels. */
  detail: number;
}

const COLUMNS = 32;
const ROWS = 24;
/** Levels by which one cell must change to be motion, beyond a camera's noise. */
const CELL_MOTION = 14;
/** Cells that must change: one could be an insect, or noise. */
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
        const level = data[at] as number;
        cell += level;
        detail += Math.abs(level - (data[at + 1] as number));
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

/** Whether something moved between two glances; a lamp switched on everywhere counts. */
export function moved(before: Glance, after: Glance): boolean {
  let cells = 0;
  for (let at = 0; at < after.thumbnail.length; at++) {
    const change = (after.thumbnail[at] as number) - (before.thumbnail[at] as number);
    cells += Math.abs(change) > CELL_MOTION ? 1 : 0;
  }
  return cells >= CELLS_MOVING_MIN;
}

const DARK_MEAN = 28;
/** Sunlight or a lamp straight into the lens: auto-exposure keeps any lit scene well below this. */
const GLARE_MEAN = 240;
const FLAT_SPREAD = 3;
const CLEAR_SPREAD = 18;
const BLURRED_DETAIL = 0.9;

/** What a glance says of the lens; a plain wall is `clear`, since nothing in it can be out of focus. */
export function viewOf({ mean, spread, detail }: Glance): CameraView {
  if (mean < DARK_MEAN) {
    return spread < FLAT_SPREAD ? 'lensCovered' : 'tooDark';
  }
  if (mean > GLARE_MEAN) {
    return 'glare';
  }
  return spread > CLEAR_SPREAD && detail < BLURRED_DETAIL ? 'outOfFocus' : 'clear';
}

/** Frames a second looked at while nothing moves. */
const STILL_EVERY_MS = 200;
/** Full rate for so long after the last motion or sign of a code. */
const AWAKE_FOR_MS = 1500;
/** A view must last before it is told. */
const VIEW_LASTS_MS = 3000;

/** Decides, frame by frame, which are worth decoding, and what the camera sees as such. */
export class FramePace {
  #last: Glance | undefined;
  #awakeUntil = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #view: CameraView = 'clear';
  #candidate: CameraView = 'clear';
  #candidateSince = 0;

  /** True when this frame is to be decoded: at once when something moves, else five a second. */
  admit(seen: Glance, at: number): boolean {
    if (!this.#last || moved(this.#last, seen)) {
      this.#awakeUntil = at + AWAKE_FOR_MS;
      this.#last = seen;
    }
    if (at < this.#awakeUntil || at - this.#lookedAt >= STILL_EVERY_MS) {
      this.#lookedAt = at;
      this.#last = seen;
      return true;
    }
    return false;
  }

  /** Something code-like is in view: every frame counts. */
  wake(at: number): void {
    this.#awakeUntil = at + AWAKE_FOR_MS;
  }

  /** The new view when it has lasted, otherwise nothing. */
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
