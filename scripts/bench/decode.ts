/**
 * `npm run bench -- decode [--dir DIR] [--clips N] [--scenes N]`: decoders and the pipeline, on photographs
 * (a folder with a `truth.json`), on drawn hard scenes and on drawn clips of a moving code. CPU time.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Decoder } from '../../hardware/scanner/decode/decoder.ts';
import type { LumaFrame } from '../../hardware/scanner/decode/frame.ts';
import { JsQrDecoder } from '../../hardware/scanner/decode/jsqr.ts';
import { Pipeline } from '../../hardware/scanner/decode/pipeline.ts';
import { warmUp } from '../../hardware/scanner/decode/warm-up.ts';
import { openZxing, ZxingDecoder, type ZxingEngine } from '../../hardware/scanner/decode/zxing.ts';
import { loadZxingBinary } from '../../hardware/scanner/decode/zxing-binary.worker.ts';
import { readImage } from '../../hardware/scanner/read-image.ts';
import { clipScene, drawScene, hardScene } from '../../test/support/hard-scene.ts';
import { seeded } from '../../test/support/seeded.ts';
import type { BenchContext } from './context.ts';

interface Picture {
  frame: LumaFrame;
  /** The right texts; none when there is no code in it. */
  texts: string[];
}

interface Tally {
  right: number;
  wrong: number;
  positives: number[];
  empties: number[];
}

const BUDGET_MS = 100;
const STREAM_BUDGET_MS = 60;
const CLIPS = 12;
const CLIP_FRAMES = 40;
const SCENES = 60;
const SIZES = [
  { name: '640x480', widthMax: 640, heightMax: 480 },
  { name: '1280x720', widthMax: 1280, heightMax: 720 },
];

export async function run(context: BenchContext): Promise<void> {
  const option = (name: string) => context.args[context.args.indexOf(name) + 1];
  const given = (name: string) => context.args.includes(name);
  const engine = await openZxing(await loadZxingBinary());
  const decoders = makeDecoders(engine, 'still');
  for (const decoder of decoders) {
    warmUp(decoder);
  }
  if (given('--dir')) {
    for (const size of SIZES) {
      const pictures = await photographs(option('--dir') ?? '.', size);
      reportPictures(context, `photographs ${size.name}`, decoders, pictures);
    }
  }
  const scenes = Number(given('--scenes') ? option('--scenes') : SCENES);
  reportPictures(context, 'scenes 640x480', decoders, drawnScenes(scenes));
  reportWorst(context, decoders);
  reportClips(context, engine, Number(given('--clips') ? option('--clips') : CLIPS));
}

function makeDecoders(engine: ZxingEngine, pace: 'still' | 'stream'): Decoder[] {
  const now = () => performance.now();
  return [new JsQrDecoder(), new ZxingDecoder(engine), new Pipeline(engine, pace, now)];
}

async function photographs(
  folder: string,
  size: { widthMax: number; heightMax: number },
): Promise<Picture[]> {
  const truth: Record<string, { texts: string[] }> = JSON.parse(
    await readFile(join(folder, 'truth.json'), 'utf8'),
  );
  const pictures: Picture[] = [];
  for (const [file, { texts }] of Object.entries(truth)) {
    const frame = await readImage(await readFile(join(folder, file)), size);
    pictures.push({ frame, texts: texts.map(comparable) });
  }
  return pictures;
}

function drawnScenes(count: number): Picture[] {
  return Array.from({ length: count }, (_, seed) => {
    const text = `HTTPS://GATE.EXAMPLE/V/1/SCENE${seed}${'ABCDEFGH'.repeat(seed % 20)}`;
    return { frame: drawScene(hardScene(seed + 1, text)), texts: [text] };
  });
}

/** Texts are compared after normalisation, without blanks and control characters. */
function comparable(text: string): string {
  return text.normalize('NFC').replace(/[\s\p{C}]/gu, '');
}

function reportPictures(
  context: BenchContext,
  set: string,
  decoders: readonly Decoder[],
  pictures: readonly Picture[],
): void {
  const tallies = decoders.map((decoder) => tally(decoder, pictures));
  const [jsqr, zxing, pipeline] = tallies as [Tally, Tally, Tally];
  for (const [index, { right, wrong, positives, empties }] of tallies.entries()) {
    const name = `${set} ${decoders[index]?.name}`;
    context.report({ metric: `${name} right`, value: right, unit: 'pictures' });
    context.report({ metric: `${name} wrong`, value: wrong, unit: 'pictures' });
    for (const [kind, times] of [
      ['positive', positives],
      ['empty', empties],
    ] as const) {
      if (times.length > 0) {
        for (const [what, value] of [
          ['mean', mean(times)],
          ['median', quantile(times, 0.5)],
          ['p95', quantile(times, 0.95)],
        ] as const) {
          context.report({ metric: `${name} ${kind} ${what}`, value, unit: 'ms CPU' });
        }
      }
    }
  }
  const compare = (metric: string, unit: string, a: number, b: number, most: boolean, g: number) =>
    context.report({
      metric: `${set} ${metric}`,
      value: a,
      unit,
      baseline: metric.includes('zxing') ? 'zxing-wasm' : 'jsqr',
      baselineValue: b,
      ratio: a / b,
      goal: `${most ? '≤' : '≥'} ${g}`,
      met: most ? a / b <= g : a / b >= g,
    });
  compare('reads against jsqr', 'pictures', pipeline.right, jsqr.right, false, 1.55);
  compare('reads against zxing', 'pictures', pipeline.right, zxing.right, false, 1.12);
  const positive = [mean(pipeline.positives), mean(jsqr.positives)] as const;
  compare('positive', 'ms CPU', ...positive, true, 0.25);
  if (jsqr.empties.length > 0) {
    compare('empty', 'ms CPU', mean(pipeline.empties), mean(jsqr.empties), true, 0.1);
  }
}

function tally(decoder: Decoder, pictures: readonly Picture[]): Tally {
  const result: Tally = { right: 0, wrong: 0, positives: [], empties: [] };
  for (const { frame, texts } of pictures) {
    const before = process.cpuUsage();
    const { codes } = decoder.decode(frame, { wanted: ['qr'], budgetMs: BUDGET_MS });
    (texts.length > 0 ? result.positives : result.empties).push(cpuSince(before));
    const read = codes.map((code) => comparable(code.text));
    result.right += read.some((text) => texts.includes(text)) ? 1 : 0;
    result.wrong += read.some((text) => !texts.includes(text)) ? 1 : 0;
  }
  return result;
}

/** Noise, a page of text and checks at 1080p: what makes decoders stall. */
function reportWorst(context: BenchContext, decoders: readonly Decoder[]): void {
  const pipeline = decoders[2] as Decoder;
  let worst = 0;
  for (const kind of ['noise', 'text', 'checks'] as const) {
    for (let round = 0; round < 3; round++) {
      const frame = worstFrame(kind, round);
      const before = process.cpuUsage();
      pipeline.decode(frame, { wanted: ['qr'], budgetMs: BUDGET_MS });
      worst = Math.max(worst, cpuSince(before));
    }
  }
  const goal = { goal: '≤ 150', met: worst <= 150 };
  context.report({ metric: 'worst picture at 1080p auto', value: worst, unit: 'ms CPU', ...goal });
}

function worstFrame(kind: 'noise' | 'text' | 'checks', seed: number): LumaFrame {
  const width = 1920;
  const height = 1080;
  const random = seeded(seed + 5);
  const data = new Uint8Array(width * height).fill(240);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (kind === 'noise') {
        data[y * width + x] = random() * 256;
      } else if (kind === 'checks') {
        data[y * width + x] = ((x >> 3) + (y >> 3)) % 2 === 0 ? 20 : 230;
      } else if (y % 24 < 14 && random() < 0.12) {
        data.fill(20, y * width + x, y * width + Math.min(width, x + 3));
      }
    }
  }
  return { data, width, height };
}

function reportClips(context: BenchContext, engine: ZxingEngine, clips: number): void {
  const first: Record<string, number[]> = {};
  const spent: Record<string, number[]> = {};
  const missed: Record<string, number> = {};
  for (let clip = 1; clip <= clips; clip++) {
    const text = `HTTPS://GATE.EXAMPLE/V/1/CLIP${clip}${'ABCDEFGH'.repeat(8 + (clip % 8))}`;
    const frames = Array.from({ length: CLIP_FRAMES }, (_, frame) =>
      drawScene(clipScene(clip, text, frame)),
    );
    for (const decoder of makeDecoders(engine, 'stream')) {
      const { name } = decoder;
      const before = process.cpuUsage();
      const request = { wanted: ['qr'], budgetMs: STREAM_BUDGET_MS } as const;
      const at = frames.findIndex((frame) =>
        decoder.decode(frame, request).codes.some((code) => code.text === text),
      );
      missed[name] = (missed[name] ?? 0) + (at < 0 ? 1 : 0);
      first[name] = [...(first[name] ?? []), at < 0 ? CLIP_FRAMES : at + 1];
      spent[name] = [...(spent[name] ?? []), cpuSince(before)];
    }
  }
  for (const [name, frames] of Object.entries(first)) {
    const median = quantile(frames, 0.5);
    const goal = name === 'auto' ? { goal: '≤ 6', met: median <= 6 } : {};
    const none = name === 'auto' ? { goal: '0', met: missed[name] === 0 } : {};
    const row = `clips ${name}`;
    context.report({ metric: `${row} first read`, value: median, unit: 'frames', ...goal });
    context.report({
      metric: `${row} never read`,
      value: missed[name] ?? 0,
      unit: 'clips',
      ...none,
    });
    const value = quantile(spent[name] ?? [], 0.5);
    context.report({ metric: `${row} until first read`, value, unit: 'ms CPU' });
  }
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
