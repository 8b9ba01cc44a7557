import type { DecodedCode, DecodeOutcome, DecodeRequest, Decoder } from './decoder.ts';
import { crop, flattenLight, sharpen } from './enhance.ts';
import type { LumaFrame } from './frame.ts';
import { distance, middle } from './geometry.ts';
import { lookThroughMotion } from './motion-look.ts';
import { halve, rescale } from './resample.ts';
import { isSure, Search, type View } from './search.ts';
import type { DecoderPace } from './thread-messages.ts';
import type { ZxingEngine } from './zxing.ts';

/** One way of looking; `evidence` says that it is spent only when something code-like is there. */
interface Look {
  name: string;
  evidence: boolean;
  run(search: Search): void;
}

/** Pixels of a view that is looked at enlarged: more costs more than a budget has. */
const ENLARGED_PIXELS_MAX = 400_000;
/** Pixels of a picture in which finder patterns are sought at full size. */
const FINDER_PIXELS_MAX = 1_000_000;

/**
 * The looks after the first two, in the order of what they read per millisecond.
 */
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

/** A hand that comes closer moves: what it shows is smeared before it is still. */
const THROUGH_MOTION: Look = { name: 'motion', evidence: false, run: lookThroughMotion };

/**
 * The decoder `auto`: looks in the best order until something is read or the budget is spent.
 *
 * Every picture gets ZXing with two binarisers. Further looks are for pictures in which something
 * code-like was seen: all at once on a still picture, a few per frame of a camera's stream, where the
 * next frame goes on where this one stopped.
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
    const begun = this.#now();
    const mayGoOn = () => this.#now() - begun < request.budgetMs;
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

  /** Bent grids where ZXing saw something, motion undone where there was some, one more in turn. */
  #looksOfThisFrame(search: Search): readonly Look[] {
    const [elastic, ...others] = LOOKS;
    const other = others[this.#turn++ % others.length];
    return [
      ...(search.seen.length > 0 && elastic ? [elastic] : []),
      THROUGH_MOTION,
      ...(other ? [other] : []),
    ];
  }
}

function nearestFirst(codes: readonly DecodedCode[], frame: LumaFrame): DecodedCode[] {
  const center = { x: frame.width / 2, y: frame.height / 2 };
  const reach = ({ corners }: DecodedCode) =>
    corners ? distance(middle(corners), center) : Number.POSITIVE_INFINITY;
  return [...codes].sort((a, b) => reach(a) - reach(b));
}

/** Finder patterns are sought at half size in a picture so large that the search would take long. */
function viewForFinders(search: Search): View {
  const { frame } = search;
  return frame.width * frame.height <= FINDER_PIXELS_MAX
    ? search.whole()
    : { frame: halve(frame), scale: 2, left: 0, top: 0 };
}

/** A large, blurred or noisy code is clearer from afar. */
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

/** A small or blurred code, cut out, enlarged and sharpened. */
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

/** Round each code seen and not read; round the finder patterns found otherwise. */
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
