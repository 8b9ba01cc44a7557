import { beforeAll, describe, expect, it } from 'vitest';
import type { LumaFrame } from '../../../../../hardware/scanner/decode/frame.ts';
import { JsQrDecoder } from '../../../../../hardware/scanner/decode/jsqr.ts';
import { Pipeline } from '../../../../../hardware/scanner/decode/pipeline.ts';
import {
  openZxing,
  ZxingDecoder,
  type ZxingEngine,
} from '../../../../../hardware/scanner/decode/zxing.ts';
import { loadZxingBinary } from '../../../../../hardware/scanner/decode/zxing-binary.worker.ts';
import { drawScene, PLAIN_SCENE, type Scene } from '../../../../../scripts/sample/hard-scene.ts';
import { seededRandom } from '../../../../../scripts/sample/seeded-random.ts';
import { code39Frame } from '../../../../support/code39.ts';

const REQUEST = { wanted: ['qr'] as const, budgetMs: 10_000 };
let engine: ZxingEngine;
let pipeline: Pipeline;

beforeAll(async () => {
  engine = await openZxing(await loadZxingBinary());
  // The clock stands still: no look is left out for a slow machine.
  pipeline = new Pipeline(engine, 'still', () => 0);
});

const LONG = `HTTPS://GATE.EXAMPLE/V/1/${'2SCRAQUEENBSGEZDGNBV'.repeat(6)}`;

describe('reads', () => {
  it.each<[string, Partial<Scene>]>([
    ['a plain code', {}],
    ['one that is turned and tilted', { turn: 2.2, tilt: 0.4, tiltDirection: 1 }],
    ['a mirrored one', { mirrored: true }],
    ['light on dark', { inverted: true }],
    ['one in low light', { dark: 8, light: 34, background: 15, noise: 3 }],
    ['one with a glare', { glare: 120, glareRadius: 0.25, dark: 20, light: 150 }],
    ['a blurred one', { blur: 2, noise: 4 }],
    ['one that moved', { motionX: 4, motionY: 1, noise: 4 }],
    ['one on a screen', { moire: 0.5, noise: 3 }],
    ['a small one', { side: 90, text: 'HTTPS://GATE.EXAMPLE/V/1/AB' }],
    ['a large symbol', { text: LONG, side: 340 }],
    ['a light curl', { text: LONG, side: 300, curl: 0.6, waves: 1.5 }],
  ])('%s', (_name, change) => {
    const scene = { ...PLAIN_SCENE, ...change };
    const { codes } = pipeline.decode(drawScene(scene), REQUEST);
    expect(codes.map((code) => code.text)).toEqual([scene.text]);
  });

  it('crumpled paper that ZXing and jsQR can not read', () => {
    const scene = { ...PLAIN_SCENE, text: LONG, side: 300, curl: 1, waves: 1, noise: 3 };
    const frame = drawScene(scene);
    expect(new ZxingDecoder(engine).decode(frame, REQUEST).codes).toEqual([]);
    expect(new JsQrDecoder().decode(frame, REQUEST).codes).toEqual([]);
    const { codes } = pipeline.decode(frame, REQUEST);
    expect(codes.map((code) => code.text)).toEqual([LONG]);
  });

  it('several codes, the one nearest the middle first', () => {
    const left = drawScene({ ...PLAIN_SCENE, text: 'FAR', side: 130, centerX: 110 });
    const right = drawScene({ ...PLAIN_SCENE, text: 'NEAR', side: 130, centerX: 380 });
    for (let y = 0; y < left.height; y++) {
      left.data.set(right.data.subarray(y * 640 + 220, (y + 1) * 640), y * 640 + 220);
    }
    const { codes } = pipeline.decode(left, REQUEST);
    expect(codes.map((code) => code.text)).toEqual(['NEAR', 'FAR']);
  });

  it.each(['è già così', '日本語テキスト', '\u0001\u0002binary\u0000tail', '0123456789'])(
    'the text %j',
    (text) => {
      const frame = drawScene({ ...PLAIN_SCENE, text });
      expect(pipeline.decode(frame, REQUEST).codes[0]?.text).toBe(text);
    },
  );
});

describe('a Tessera Sanitaria', () => {
  const frame = code39Frame('RSSMRA80A01H501U');

  it('is read while one is expected', () => {
    const { codes } = pipeline.decode(frame, { ...REQUEST, wanted: ['qr', 'code39'] });
    expect(codes).toMatchObject([{ text: 'RSSMRA80A01H501U', symbology: 'code39' }]);
  });

  it('is left alone otherwise', () => {
    expect(pipeline.decode(frame, REQUEST).codes).toEqual([]);
  });
});

describe('does not read', () => {
  it('an empty code', () => {
    const frame = drawScene({ ...PLAIN_SCENE, text: ' ' });
    frame.data.fill(255);
    expect(pipeline.decode(frame, REQUEST)).toEqual({ codes: [], codeLike: false });
  });

  it('a half-covered code, but reports that one is there', () => {
    const frame = drawScene({ ...PLAIN_SCENE, text: LONG, side: 300 });
    for (let y = 150; y < 330; y++) {
      frame.data.fill(128, y * 640 + 270, y * 640 + 400);
    }
    expect(pipeline.decode(frame, REQUEST)).toEqual({ codes: [], codeLike: true });
  });

  it('a QR code when none is wanted', () => {
    const frame = drawScene(PLAIN_SCENE);
    const outcome = pipeline.decode(frame, { wanted: ['code39'], budgetMs: 10_000 });
    expect(outcome.codes).toEqual([]);
  });

  // All 5,000 by `VARCO_FULL=1`; the suite takes a sample.
  const seeds = process.env.VARCO_FULL === '1' ? 5000 : 80;
  it(`anything in ${seeds} of noise, stripes, confetti and false patterns`, {
    timeout: 40_000 + seeds * 400,
  }, () => {
    const stream = new Pipeline(engine, 'stream', () => 0);
    for (let seed = 1; seed <= seeds; seed++) {
      const frame = codelike(seed);
      for (const reader of [pipeline, stream]) {
        const outcome = reader.decode(frame, { ...REQUEST, wanted: ['qr', 'code39'] });
        expect(outcome.codes, `seed ${seed}`).toEqual([]);
      }
    }
  });

  it.each([
    [1, 1],
    [3, 400],
    [400, 2],
    [20, 20],
  ])('a picture of %d×%d', (width, height) => {
    const frame = { data: new Uint8Array(width * height).fill(9), width, height };
    expect(pipeline.decode(frame, REQUEST)).toEqual({ codes: [], codeLike: false });
  });
});

it('stops at its budget', () => {
  let now = 0;
  const hurried = new Pipeline(engine, 'still', () => {
    now += 50;
    return now;
  });
  const frame = drawScene({ ...PLAIN_SCENE, text: LONG, side: 300, curl: 1, waves: 1 });
  expect(hurried.decode(frame, { wanted: ['qr'], budgetMs: 60 }).codes).toEqual([]);
});

it('reads a crumpled code from a stream of frames', () => {
  const stream = new Pipeline(engine, 'stream', () => 0);
  const scene = { ...PLAIN_SCENE, text: LONG, side: 300, curl: 1, waves: 1 };
  const read = [1, 2, 3, 4, 5, 6].some((seed) => {
    const { codes } = stream.decode(drawScene({ ...scene, noise: 3, seed }), REQUEST);
    return codes.some((code) => code.text === LONG);
  });
  expect(read).toBe(true);
});

it('reads a code that is moved in front of the camera, which ZXing can not', () => {
  const scene = { ...PLAIN_SCENE, side: 130, motionX: 6, motionY: 3, blur: 0.6, noise: 3 };
  const frame = drawScene({ ...scene, text: LONG.slice(0, 90), turn: 0.4, centerX: 400 });
  expect(new ZxingDecoder(engine).decode(frame, REQUEST).codes).toEqual([]);
  const [code] = new Pipeline(engine, 'stream', () => 0).decode(frame, REQUEST).codes;
  expect(code?.text).toBe(LONG.slice(0, 90));
  // Read in a rotated part of the picture: its corners are the picture's.
  const [topLeft, , bottomRight] = code?.corners ?? [];
  expect(((topLeft?.x ?? 0) + (bottomRight?.x ?? 0)) / 2).toBeCloseTo(400, -1);
  expect(((topLeft?.y ?? 0) + (bottomRight?.y ?? 0)) / 2).toBeCloseTo(240, -1);
});

/** A picture full of what codes are made of, and no code. */
function codelike(seed: number): LumaFrame {
  const random = seededRandom(seed);
  const width = 320;
  const height = 240;
  const data = new Uint8Array(width * height);
  const kind = seed % 4;
  const cell = 2 + Math.floor(random() * 5);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (kind === 0) {
        data[at] = random() * 256;
      } else if (kind === 1) {
        data[at] = Math.sin(x * 0.3 * cell) > 0 ? 230 : 20;
      } else if (x % cell === 0 || y % cell === 0) {
        const fresh = y % cell === 0 && x % cell === 0;
        data[at] = fresh ? (random() < 0.5 ? 20 : 230) : 0;
      }
    }
  }
  if (kind >= 2) {
    fillCells(data, width, height, cell);
  }
  if (kind === 3) {
    for (let count = 0; count < 3; count++) {
      drawFinder(data, width, Math.floor(random() * 200), Math.floor(random() * 150), cell);
    }
  }
  return { data, width, height };
}

function fillCells(data: Uint8Array, width: number, height: number, cell: number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[y * width + x] = data[(y - (y % cell)) * width + x - (x % cell)] as number;
    }
  }
}

function drawFinder(data: Uint8Array, width: number, left: number, top: number, cell: number) {
  for (let y = 0; y < 9 * cell; y++) {
    for (let x = 0; x < 9 * cell; x++) {
      const ring = Math.max(Math.abs(Math.floor(x / cell) - 4), Math.abs(Math.floor(y / cell) - 4));
      data[(top + y) * width + left + x] = ring <= 1 || ring === 3 ? 20 : 230;
    }
  }
}
