/**
 * `npm run bench -- decode [--dir DIR] [--clips N] [--scenes N]`: reads and CPU time of the decoders and
 * the pipeline, on photographs (a folder with a `truth.json`) and on drawn scenes and clips.
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
import { drawScene, hardScene } from '../sample/hard-scene.ts';
import { reportClips } from './decode/clips.ts';
import { cpuSince, mean, quantile } from './decode/cost.ts';
import { reportWorst } from './decode/worst.ts';
import type { BenchContext } from './harness/bench-context.ts';

interface Picture {
  frame: LumaFrame;
  /** The texts of its codes; empty if it has none. */
  texts: string[];
}

interface Tally {
  decoder: string;
  right: number;
  wrong: number;
  positives: number[];
  empties: number[];
}

const BUDGET_MS = 100;
const CLIPS = 12;
const SCENES = 60;
const SMALL = { name: '640x480', widthMax: 640, heightMax: 480 };
const LARGE = { name: '1280x720', widthMax: 1280, heightMax: 720 };
/** Fewer pictures at the larger size, since jsQR alone would take minutes for all of them. */
const LARGE_PICTURES_MAX = 60;
const LARGE_SCENES_MAX = 20;

type Size = typeof SMALL;
type Decoders = readonly [jsqr: Decoder, zxing: Decoder, pipeline: Decoder];

export async function run(context: BenchContext): Promise<void> {
  const option = (name: string) => context.args[context.args.indexOf(name) + 1];
  const has = (name: string) => context.args.includes(name);
  const engine = await openZxing(await loadZxingBinary());
  const decoders = makeDecoders(engine, 'still');
  for (const decoder of decoders) {
    warmUp(decoder);
  }
  reportWorst(context, decoders[2], BUDGET_MS);
  if (has('--dir')) {
    await reportPhotographs(context, decoders, option('--dir') ?? '.');
  }
  const scenes = Number(has('--scenes') ? option('--scenes') : SCENES);
  reportPictures(context, `scenes ${SMALL.name}`, decoders, drawnScenes(scenes, SMALL));
  const sample = Math.min(scenes, LARGE_SCENES_MAX);
  const set = `scenes ${LARGE.name} (${sample} of ${scenes})`;
  reportPictures(context, set, decoders, drawnScenes(sample, LARGE));
  const clips = Number(has('--clips') ? option('--clips') : CLIPS);
  reportClips(context, clips, () => makeDecoders(engine, 'stream'));
}

async function reportPhotographs(
  context: BenchContext,
  decoders: Decoders,
  folder: string,
): Promise<void> {
  const small = await photographs(folder, SMALL);
  reportPictures(context, `photographs ${SMALL.name}`, decoders, small);
  // Pictures that are no larger than the small size would give the same result.
  const larger = (await photographs(folder, LARGE)).filter(
    ({ frame }) => frame.width > SMALL.widthMax || frame.height > SMALL.heightMax,
  );
  const every = Math.max(1, Math.ceil(larger.length / LARGE_PICTURES_MAX));
  const sample = larger.filter((_, index) => index % every === 0);
  if (sample.length > 0) {
    const set = `photographs ${LARGE.name} (${sample.length} of ${larger.length} as large)`;
    reportPictures(context, set, decoders, sample);
  }
}

function makeDecoders(engine: ZxingEngine, pace: 'still' | 'stream'): Decoders {
  // Budgets are of CPU time, so that a busy machine does not change the figures.
  const now = () => cpuSince({ user: 0, system: 0 });
  return [new JsQrDecoder(), new ZxingDecoder(engine), new Pipeline(engine, pace, now)];
}

async function photographs(folder: string, size: Size): Promise<Picture[]> {
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

/** Hard scenes, scaled to a camera's size. */
function drawnScenes(count: number, { widthMax, heightMax }: Size): Picture[] {
  const scale = heightMax / SMALL.heightMax;
  return Array.from({ length: count }, (_, seed) => {
    const text = `HTTPS://GATE.EXAMPLE/V/1/SCENE${seed}${'ABCDEFGH'.repeat(seed % 20)}`;
    const scene = hardScene(seed + 1, text);
    const scaled = {
      ...scene,
      width: widthMax,
      height: heightMax,
      centerX: widthMax / 2 + (scene.centerX - SMALL.widthMax / 2) * scale,
      centerY: scene.centerY * scale,
      side: scene.side * scale,
      motionX: scene.motionX * scale,
      motionY: scene.motionY * scale,
    };
    return { frame: drawScene(scaled), texts: [text] };
  });
}

/** A text as it is compared: normalised, without blanks and control characters. */
function comparable(text: string): string {
  return text.normalize('NFC').replace(/[\s\p{C}]/gu, '');
}

function reportPictures(
  context: BenchContext,
  set: string,
  decoders: Decoders,
  pictures: readonly Picture[],
): void {
  const [jsqr, zxing, pipeline] = [
    tally(decoders[0], pictures),
    tally(decoders[1], pictures),
    tally(decoders[2], pictures),
  ];
  for (const { decoder, right, wrong, positives, empties } of [jsqr, zxing, pipeline]) {
    const name = `${set} ${decoder}`;
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
  const result: Tally = { decoder: decoder.name, right: 0, wrong: 0, positives: [], empties: [] };
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
