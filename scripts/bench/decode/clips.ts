import type { Decoder } from '../../../hardware/scanner/decode/decoder.ts';
import type { LumaFrame } from '../../../hardware/scanner/decode/frame.ts';
import { clipScene, drawScene } from '../../sample/hard-scene.ts';
import type { BenchContext } from '../harness/bench-context.ts';
import { atMost } from '../harness/goals.ts';
import { cpuSince, quantile } from './cost.ts';

const STREAM_BUDGET_MS = 60;
const CLIP_FRAMES = 40;
/** jsQR takes 300 ms per frame, so that it gets fewer clips, and fewer frames of each. */
const SLOW_CLIPS_MAX = 4;
const SLOW_FRAMES_MAX = 24;
const FIRST_READ_GOAL = 6;

/** How one decoder did on its clips. */
interface Reads {
  /** Frames until the first read, per clip; one more than all frames if it was never read. */
  first: number[];
  /** CPU until the first read, in milliseconds. */
  spent: number[];
  never: number;
}

/** Clips of a moving code: how many frames each decoder needs until it first reads. */
export function reportClips(
  context: BenchContext,
  clips: number,
  makeDecoders: () => readonly Decoder[],
): void {
  const reads = new Map<string, Reads>();
  for (let clip = 1; clip <= clips; clip++) {
    const film = new Film(clip);
    for (const decoder of makeDecoders()) {
      const slow = decoder.name === 'jsqr';
      if (slow && clip > SLOW_CLIPS_MAX) {
        continue;
      }
      const known = reads.get(decoder.name) ?? { first: [], spent: [], never: 0 };
      watch(decoder, film, slow ? SLOW_FRAMES_MAX : CLIP_FRAMES, known);
      reads.set(decoder.name, known);
    }
  }
  for (const [name, { first, spent, never }] of reads) {
    const frames = name === 'jsqr' ? SLOW_FRAMES_MAX : CLIP_FRAMES;
    const row = `clips ${name} (${first.length} of ${clips} clips, ${frames} frames each)`;
    const median = quantile(first, 0.5);
    const isOurs = name === 'auto';
    context.report({
      metric: `${row} first read, median`,
      value: median,
      unit: 'frames',
      ...atMost(median, isOurs ? FIRST_READ_GOAL : undefined),
    });
    context.report({
      metric: `${row} never read`,
      value: never,
      unit: 'clips',
      ...atMost(never, isOurs ? 0 : undefined, '0'),
    });
    const value = quantile(spent, 0.5);
    context.report({ metric: `${row} until first read, median`, value, unit: 'ms CPU' });
  }
}

function watch(decoder: Decoder, film: Film, frames: number, reads: Reads): void {
  const request = { wanted: ['qr'], budgetMs: STREAM_BUDGET_MS } as const;
  let spent = 0;
  for (let at = 0; at < frames; at++) {
    const frame = film.frame(at);
    const before = process.cpuUsage();
    const { codes } = decoder.decode(frame, request);
    spent += cpuSince(before);
    if (codes.some((code) => code.text === film.text)) {
      reads.first.push(at + 1);
      reads.spent.push(spent);
      return;
    }
  }
  reads.first.push(frames + 1);
  reads.spent.push(spent);
  reads.never++;
}

/** One clip, whose frames are drawn on demand since drawing is slow. */
class Film {
  readonly text: string;
  readonly #clip: number;
  readonly #frames: LumaFrame[] = [];

  constructor(clip: number) {
    this.#clip = clip;
    this.text = `HTTPS://GATE.EXAMPLE/V/1/CLIP${clip}${'ABCDEFGH'.repeat(8 + (clip % 8))}`;
  }

  frame(at: number): LumaFrame {
    const frame = this.#frames[at] ?? drawScene(clipScene(this.#clip, this.text, at));
    this.#frames[at] = frame;
    return frame;
  }
}
