import type { DecodedCode, DecodeOutcome, DecodeRequest, Decoder } from './decoder.ts';
import { crop, flattenLight, sharpen } from './enhance.ts';
import type { LumaFrame } from './frame.ts';
import { distance, middle } from './geometry.ts';
import { lookThroughMotion } from './motion-look.ts';
import { halve, rescale } from './resample.ts';
import { isSure, Search, type View } from './search.ts';
import type { DecoderPace } from './thread-messages.ts';
import type { ZxingEngine } from './zxing.ts';

/** One attempt at reading a picture. */
interface Look {
  name: string;
  /** Whether it is made only when something code-like was seen. */
  evidence: boolean;
  run(search: Search): void;
}

/** Most pixels of an enlarged view: more would exceed the time budget. */
const ENLARGED_PIXELS_MAX = 400_000;
/** Most pixels of a picture in which finder patterns are searched at full size. */
const FINDER_PIXELS_MAX = 1_000_000;

/** The looks after the first two, ordered by codes read per millisecond. */
const LOOKS: readonly Look[] = [
  { name: 'elasticSeen', evidence: true, run: (search) => search.elasticOnSeen() },
  {
    name: 'elasticFinders',
    evidence: false,
    run: (search) => search.elasticOnFinders(viewForFinders(search)),
  },
  { name: 'half', evidence: false, run: lookSmaller },
  { name: 'closer', evidence: true, run: lookCloser },
  { name: 'evenLight', evidence: true, run: lookInEvenLight },
  {
    name: 'denoise',
    evidence: true,
    run: (search) => search.zxing(search.whole(), { tryDenoise: true }),
  },
];

/** A hand that comes closer moves, so its first pictures are smeared. */
const THROUGH_MOTION: Look = { name: 'motion', evidence: false, run: lookThroughMotion };

/**
 * The decoder `auto`: makes looks in the best order until something is read or the time budget is spent.
 *
 * Every picture gets two looks by ZXing, with different binarisers. Further looks are for pictures in which
 * something code-like was seen: all of them for a still picture, a few per frame of a camera's stream,
 * where the next frame continues with the next look.
 */
export class Pipeline implements Decoder {
  readonly name = 'auto';
  readonly #engine: ZxingEngine;
  readonly #pace: DecoderPace;
  readonly #now: () => number;
  #turn = 0;

  constructor(engine: ZxingEngine, pace: DecoderPace, now: () => number) {
    this.#engine = engine;
    this.#pace = pace;
    this.#now = now;
  }

  decode(frame: LumaFrame, request: DecodeRequest): DecodeOutcome {
    const startedAt = this.#now();
    const mayGoOn = () => this.#now() - startedAt < request.budgetMs;
    const search = new Search(frame, request.wanted, this.#engine, mayGoOn);
    search.zxing(search.whole(), {});
    if (!search.done) {
      search.zxing(search.whole(), { binarizer: 'GlobalHistogram' });
    }
    const looks = this.#pace === 'still' ? LOOKS : this.#looksOfThisFrame(search);
    for (const look of looks) {
      if (search.done || !mayGoOn()) {
        break;
      }
      if (!look.evidence || search.codeLike || search.finderLike) {
        look.run(search);
      }
    }
    const codes = nearestFirst(search.codes, frame);
    return { codes, codeLike: codes.length === 0 && search.codeLike };
  }

  /** An elastic look if ZXing saw something, then motion, then one other look in turn. */
  #looksOfThisFrame(search: Search): readonly Look[] {
    const others = LOOKS.slice(1);
    const turn = this.#turn++ % others.length;
    const elastic = search.seen.length > 0 ? LOOKS.slice(0, 1) : [];
    return [...elastic, THROUGH_MOTION, ...others.slice(turn, turn + 1)];
  }
}

function nearestFirst(codes: readonly DecodedCode[], frame: LumaFrame): DecodedCode[] {
  const center = { x: frame.width / 2, y: frame.height / 2 };
  const reach = ({ corners }: DecodedCode) =>
    corners ? distance(middle(corners), center) : Number.POSITIVE_INFINITY;
  return [...codes].sort((a, b) => reach(a) - reach(b));
}

/** Finder patterns are searched at half size in a picture so large that it would take long. */
function viewForFinders(search: Search): View {
  const { frame } = search;
  return frame.width * frame.height <= FINDER_PIXELS_MAX
    ? search.whole()
    : { frame: halve(frame), scale: 2, left: 0, top: 0 };
}

/** A large, blurred or noisy code is clearer at half size. */
function lookSmaller(search: Search): void {
  const { frame } = search;
  if (Math.min(frame.width, frame.height) < 200) {
    return;
  }
  const view: View = { frame: halve(frame), scale: 2, left: 0, top: 0 };
  search.zxing(view, {});
  if (!search.done) {
    search.zxing(view, { binarizer: 'GlobalHistogram' });
  }
}

/** A small or blurred code is cut out, enlarged and sharpened. */
function lookCloser(search: Search): void {
  for (const view of closerViews(search)) {
    for (const binarizer of ['LocalAverage', 'GlobalHistogram'] as const) {
      if (!search.done && search.mayGoOn()) {
        search.zxing(view, { binarizer });
      }
    }
    if (!search.done && search.mayGoOn()) {
      search.elasticOnFinders(view);
    }
  }
}

function lookInEvenLight(search: Search): void {
  const { frame } = search;
  const side = Math.max(frame.width, frame.height);
  for (const share of [1 / 16, 1 / 48]) {
    if (!search.done && search.mayGoOn()) {
      const even = flattenLight(frame, Math.max(3, Math.round((side * share) / 2)), 6);
      search.zxing({ ...search.whole(), frame: even }, {});
    }
  }
}

function closerViews(search: Search): View[] {
  const views: View[] = [];
  for (const box of interestingBoxes(search)) {
    const part = crop(search.frame, box);
    const { width, height } = part.frame;
    const enlarge = Math.min(3, Math.sqrt(ENLARGED_PIXELS_MAX / (width * height)));
    if (enlarge >= 1.2) {
      const large = rescale(part.frame, enlarge);
      const radius = Math.max(1, Math.round(enlarge * 1.5));
      const frame = sharpen(large, radius, 1.5);
      views.push({ frame, scale: width / large.width, left: part.left, top: part.top });
    }
  }
  return views;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const BOXES_MAX = 2;

/** Boxes around the codes seen and not read, or else around the finder patterns. */
function interestingBoxes(search: Search): Box[] {
  const boxes: Box[] = [];
  for (const corners of search.seen.slice(0, BOXES_MAX)) {
    boxes.push(around(corners, distance(corners[0], corners[2]) * 0.3));
  }
  if (boxes.length === 0 && search.finderLike) {
    const surest = search.finders.filter(isSure).slice(0, 3);
    const module = Math.max(...surest.map((finder) => finder.module));
    boxes.push(around(surest, module * (surest.length === 3 ? 12 : 35)));
  }
  return boxes;
}

function around(points: readonly { x: number; y: number }[], margin: number): Box {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return {
    left: Math.min(...xs) - margin,
    top: Math.min(...ys) - margin,
    right: Math.max(...xs) + margin,
    bottom: Math.max(...ys) + margin,
  };
}
