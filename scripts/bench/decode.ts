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
import { drawScene, hardScene } from '../sample/hard-scene.ts';
import { reportClips } from './decode/clips.ts';
import { cpuSince, mean, quantile } from './decode/cost.ts';
import { reportWorst } from './decode/worst.ts';
import type { BenchContext } from './harness/bench-context.ts';

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
const CLIPS = 12;
const SCENES = 60;
const SMALL = { name: '640x480', widthMax: 640, heightMax: 480 };
const LARGE = { name: '1280x720', widthMax: 1280, heightMax: 720 };
/** Pictures at the larger size: jsQR alone would take minutes over all of them. */
const LARGE_PICTURES_MAX = 60;
const LARGE_SCENES_MAX = 20;

type Size = typeof SMALL;

export async function run(context: BenchContext): Promise<void> {
  const option = (name: string) => context.args[context.args.indexOf(name) + 1];
  const given = (name: string) => context.args.includes(name);
  const engine = await openZxing(await loadZxingBinary());
  const decoders = makeDecoders(engine, 'still');
  for (const decoder of decoders) {
    warmUp(decoder);
  }
  reportWorst(context, decoders[2] as Decoder, BUDGET_MS);
  if (given('--dir')) {
    await reportPhotographs(context, decoders, option('--dir') ?? '.');
  }
  const scenes = Number(given('--scenes') ? option('--scenes') : SCENES);
  reportPictures(context, `scenes ${SMALL.name}`, decoders, drawnScenes(scenes, SMALL));
  const sample = Math.min(scenes, LARGE_SCENES_MAX);
  const set = `scenes ${LARGE.name} (${sample} of ${scenes})`;
  reportPictures(context, set, decoders, drawnScenes(sample, LARGE));
  const clips = Number(given('--clips') ? option('--clips') : CLIPS);
  reportClips(context, clips, () => makeDecoders(engine, 'stream'));
}

async function reportPhotographs(
  context: BenchContext,
  decoders: readonly Decoder[],
  folder: string,
): Promise<void> {
  const small = await photographs(folder, SMALL);
  reportPictures(context, `photographs ${SMALL.name}`, decoders, small);
  // A picture that is no larger would be the same again.
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

function makeDecoders(engine: ZxingEngine, pace: 'still' | 'stream'): Decoder[] {
  // Budgets by CPU time: what else the machine does changes no figure.
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

/** Hard scenes, as a camera of that size would see them. */
function drawnScenes(count: number, { widthMax, heightMax }: Size): Picture[] {
  const scale = heightMax / SMALL.heightMax;
  return Array.from({ length: count }, (_, seed) => {
    const text = `HTTPS://GATE.EXAMPLE/V/1/SCENE${seed}${'ABCDEFGH'.repeat(seed % 20)}`;
    const scene = hardScene(seed + 1, text);
    const placed = {
      ...scene,
      width: widthMax,
      height: heightMax,
      centerX: widthMax / 2 + (scene.centerX - SMALL.widthMax / 2) * scale,
      centerY: scene.centerY * scale,
      side: scene.side * scale,
      motionX: scene.motionX * scale,
      motionY: scene.motionY * scale,
    };
    return { frame: drawScene(placed), texts: [text] };
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
