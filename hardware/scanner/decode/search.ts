import type { Symbology } from '../../ports.ts';
import type { Corners, DecodedCode, Point } from './decoder.ts';
import { lookElastically, type Placement, placeByCorners, placeByFinders } from './elastic-look.ts';
import { type Finder, findFinders, findTriples, wholeness } from './finders.ts';
import type { LumaFrame } from './frame.ts';
import { distance, middle } from './geometry.ts';
import { confirmReading } from './second-opinion.ts';
import { adaptiveThreshold } from './threshold.ts';
import { ZXING_DEFAULT_LOOK, type ZxingEngine, type ZxingLook } from './zxing.ts';

/**
 * A picture derived from a frame. Its pixels times `scale`, rotated by `turn` radians, plus its corner
 * (`left`, `top`), are the frame's pixels.
 */
export interface View {
  frame: LumaFrame;
  scale: number;
  left: number;
  top: number;
  turn?: number;
}

/** The threshold window for finder patterns, as a share of the longer side. */
const FINDER_WINDOW = 1 / 8;
const ELASTIC_SEEN_MAX = 3;

const SURE_WHOLENESS = 0.8;

export function isSure(finder: Finder): boolean {
  return wholeness(finder) >= SURE_WHOLENESS;
}

/** What is known about one picture while it is being searched. */
export class Search {
  readonly codes: DecodedCode[] = [];
  /** Codes that ZXing saw and could not read, in the frame's pixels. */
  readonly seen: Corners[] = [];
  finders: Finder[] = [];
  /** Finder and timing patterns agree: this is a code. */
  patternFound = false;
  readonly frame: LumaFrame;
  readonly mayGoOn: () => boolean;
  readonly wanted: readonly Symbology[];
  readonly #engine: ZxingEngine;

  constructor(
    frame: LumaFrame,
    wanted: readonly Symbology[],
    engine: ZxingEngine,
    mayGoOn: () => boolean,
  ) {
    this.frame = frame;
    this.wanted = wanted;
    this.#engine = engine;
    this.mayGoOn = mayGoOn;
  }

  get done(): boolean {
    return this.codes.length > 0;
  }

  /** Whether something code-like is in the picture. */
  get codeLike(): boolean {
    return this.patternFound || this.seen.length > 0;
  }

  /** Whether something has the shape of a finder pattern. */
  get finderLike(): boolean {
    return this.finders.some(isSure);
  }

  whole(): View {
    return { frame: this.frame, scale: 1, left: 0, top: 0 };
  }

  /** One look by ZXing at a view. */
  zxing(view: View, options: Partial<Omit<ZxingLook, 'wanted'>>): void {
    const look = { ...ZXING_DEFAULT_LOOK, ...options, wanted: this.wanted };
    for (const sight of this.#engine.look(view.frame, look)) {
      if (sight.kind === 'read') {
        const code = confirmReading(view.frame, sight);
        if (code) {
          this.#keep(code, view);
        }
      } else {
        this.#keepSeen(inFrame(sight.corners, view));
      }
    }
  }

  /** Elastic looks at what ZXing saw and could not read. */
  elasticOnSeen(): void {
    if (this.wanted.includes('qr')) {
      for (const corners of this.seen.slice(-ELASTIC_SEEN_MAX)) {
        this.#elastic(this.whole(), placeByCorners(corners));
      }
    }
  }

  /** Searches finder patterns, and makes an elastic look at each likely triple. */
  elasticOnFinders(view: View): void {
    if (!this.wanted.includes('qr')) {
      return;
    }
    const { frame } = view;
    const dark = adaptiveThreshold(frame, FINDER_WINDOW);
    const finders = findFinders(dark, frame.width, frame.height);
    if (this.finders.length === 0) {
      this.finders = finders.map((finder) => finderInFrame(finder, view));
    }
    for (const triple of findTriples(finders)) {
      this.#elastic(view, placeByFinders(triple));
    }
  }

  #elastic(view: View, placement: Placement): void {
    if (this.done || !this.mayGoOn()) {
      return;
    }
    const outcome = lookElastically(this.#engine, view.frame, placement, this.mayGoOn);
    this.patternFound ||= outcome.codeLike;
    if (outcome.code) {
      this.#keep(outcome.code, view);
    }
  }

  /** Keeps a code unless its text was read already. */
  #keep(code: DecodedCode, view: View): void {
    const corners = code.corners && inFrame(code.corners, view);
    const known = this.codes.some((other) => other.text === code.text);
    if (!known) {
      this.codes.push(corners ? { ...code, corners } : code);
    }
  }

  #keepSeen(corners: Corners): void {
    const size = distance(corners[0], corners[2]);
    const at = middle(corners);
    const known = this.seen.some((other) => distance(middle(other), at) < size / 4);
    if (!known && size >= 15) {
      this.seen.push(corners);
    }
  }
}

/** A finder in the frame's pixels; hits are scaled to what they would be at full size. */
function finderInFrame({ x, y, module, hits }: Finder, view: View): Finder {
  const { scale, left, top } = view;
  return { x: x * scale + left, y: y * scale + top, module: module * scale, hits: hits * scale };
}

function inFrame(corners: Corners, view: View): Corners {
  if (view.scale === 1 && view.left === 0 && view.top === 0 && !view.turn) {
    return corners;
  }
  const across = view.scale * Math.cos(view.turn ?? 0);
  const down = view.scale * Math.sin(view.turn ?? 0);
  const move = (point: Point): Point => ({
    x: point.x * across - point.y * down + view.left,
    y: point.x * down + point.y * across + view.top,
  });
  const [a, b, c, d] = corners;
  return [move(a), move(b), move(c), move(d)];
}
