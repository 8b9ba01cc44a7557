import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { JpegFrames } from '../../../../../hardware/scanner/framing/jpeg-frames.ts';
import { RawFrames, rawFrameBytes } from '../../../../../hardware/scanner/framing/raw-frames.ts';
import { seededRandom } from '../../../../../scripts/sample/seeded-random.ts';

const LAYOUT = { width: 5, height: 3, format: 'yuv420', stride: 8 } as const;

/** A padded yuv420 picture whose luma counts up from `first`. */
function padded(first: number): Uint8Array {
  const bytes = new Uint8Array(rawFrameBytes(LAYOUT)).fill(200);
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 5; x++) {
      bytes[y * 8 + x] = first + y * 5 + x;
    }
  }
  return bytes;
}

const luma = (first: number) => Array.from({ length: 15 }, (_, at) => first + at);

it('splits raw pictures however the bytes are chunked, without padding and chroma', () => {
  const stream = Buffer.concat([padded(0), padded(20), padded(40)]);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
      const parser = new RawFrames(LAYOUT);
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const frames = edges.slice(1).flatMap((end, index) => {
        return parser.push(stream.subarray(edges[index], end));
      });
      const seen = frames.map((parsed) => parsed.kind === 'luma' && [...parsed.frame.data]);
      expect(seen).toEqual([luma(0), luma(20), luma(40)]);
    }),
  );
});

it('starts over after an incomplete picture', () => {
  const parser = new RawFrames(LAYOUT);
  parser.push(padded(0).subarray(0, 11));
  parser.reset();
  const [frame] = parser.push(padded(20));
  expect(frame?.kind === 'luma' && [...frame.frame.data]).toEqual(luma(20));
});

it('reuses returned memory', () => {
  const parser = new RawFrames(LAYOUT);
  const [first] = parser.push(padded(0));
  const memory = first?.kind === 'luma' ? first.frame.data.buffer : new ArrayBuffer(0);
  parser.recycle(memory);
  const [second] = parser.push(padded(20));
  expect(second?.kind === 'luma' && second.frame.data.buffer).toBe(memory);
});

async function jpeg(level: number): Promise<Uint8Array> {
  const create = { width: 24, height: 16, channels: 3 as const, background: '#334455' };
  const thumbnail = await sharp({ create }).jpeg().toBuffer();
  const whole = await sharp({ create: { ...create, background: { r: level, g: 9, b: 9 } } })
    .jpeg()
    .toBuffer();
  // A whole JPEG inside an application segment, as cameras store their thumbnails.
  const size = thumbnail.length + 2;
  const segment = Buffer.from([0xff, 0xe5, size >> 8, size & 255]);
  return Buffer.concat([whole.subarray(0, 2), segment, thumbnail, whole.subarray(2)]);
}

it('splits JPEG pictures by their segments, after any noise', async () => {
  const dark = await jpeg(10);
  const light = await jpeg(200);
  const noise = Buffer.from([0xff, 0xd9, 1, 2, 0xff, 0xd8]);
  const stream = Buffer.concat([noise, dark, noise, light]);
  for (const size of [1, 7, 100, stream.length]) {
    const parser = new JpegFrames();
    const found: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) {
      for (const parsed of parser.push(stream.subarray(at, at + size))) {
        found.push(Buffer.from(parsed.kind === 'jpeg' ? parsed.data : []));
      }
    }
    expect(found.map((data) => data.equals(dark))).toEqual([true, false]);
    expect(found[1]?.equals(light)).toBe(true);
  }
});

it('survives noise of any kind', () => {
  const random = seededRandom(3);
  const parser = new JpegFrames();
  for (let round = 0; round < 200; round++) {
    const marks = [0xff, 0xd8, 0xda, 0xd9, 0x00];
    const noise = Uint8Array.from({ length: 500 }, () => {
      return random() < 0.5 ? (marks[Math.floor(random() * 5)] ?? 0) : random() * 256;
    });
    expect(parser.push(noise).every((parsed) => parsed.kind === 'jpeg')).toBe(true);
  }
});
