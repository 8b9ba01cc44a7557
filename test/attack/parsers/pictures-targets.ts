import sharp from 'sharp';
import { createDecoder } from '../../../hardware/scanner/decode/create.ts';
import type { Decoder } from '../../../hardware/scanner/decode/decoder.ts';
import type { LumaFrame } from '../../../hardware/scanner/decode/frame.ts';
import { loadZxingBinary } from '../../../hardware/scanner/decode/zxing-binary.worker.ts';
import { JpegFrames } from '../../../hardware/scanner/framing/jpeg-frames.ts';
import { readImage } from '../../../hardware/scanner/read-image.ts';
import { preparePhoto } from '../../../server/credential/photo.ts';
import { code39Frame } from '../../support/code39.ts';
import { qrFrame } from '../../support/qr-frame.ts';
import { mutateBytes, type Random } from './mutator.ts';
import {
  must,
  type Outcome,
  type ParserTarget,
  type ParserTargets,
  refusingLater,
} from './parser-target.ts';

const took = (value: unknown): Outcome => (value ? 'accepted' : 'refused');

const TEXT = `HTTPS://VARCO.EXAMPLE.IT/V/1/${'ABCDEFGH234567'.repeat(12)}`;
const symbols: readonly LumaFrame[] = [qrFrame(TEXT, 200, 200, 2), qrFrame('A', 120, 120, 3)];

/** What a camera sees, damaged: blots, stripes, noise, shifts. */
function damagedFrame(random: Random, samples: readonly LumaFrame[]): LumaFrame {
  const { data, width, height } = random.oneOf(samples);
  const copy = data.slice();
  for (let rounds = random.below(12); rounds > 0; rounds--) {
    const grey = random.below(256);
    const at = random.below(copy.length);
    switch (random.below(4)) {
      case 0:
        copy.fill(grey, at, at + random.below(width * 4));
        break;
      case 1:
        for (let y = 0; y < random.below(24); y++) {
          copy.fill(grey, at + y * width, at + y * width + random.below(24));
        }
        break;
      case 2:
        for (let dots = random.below(400); dots > 0; dots--) {
          copy[random.below(copy.length)] = random.below(256);
        }
        break;
      default:
        copy.copyWithin(at, random.below(copy.length), random.below(copy.length));
    }
  }
  return { data: copy, width, height };
}

function decoding(
  inputs: number,
  name: 'jsqr' | 'zxing-wasm' | 'auto',
  samples: readonly LumaFrame[],
): ParserTarget {
  return {
    inputs,
    open: async () => {
      const decoder: Decoder = await createDecoder(
        { decoder: name, pace: 'still' },
        loadZxingBinary,
        () => performance.now(),
      );
      return (random) => {
        const input = damagedFrame(random, samples);
        return {
          input,
          parse: () => {
            const request = { wanted: ['qr', 'code39'] as const, budgetMs: 200 };
            const { codes } = decoder.decode(input, request);
            // Error correction mends a symbol, it does not make another one of it.
            must(
              codes.every(({ text }) => text.length <= 7_089),
              'a text over its bound',
            );
            return took(codes.length > 0);
          },
        };
      };
    },
  };
}

async function pictureFiles(width: number, height: number): Promise<Buffer[]> {
  const picture = sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#a0b0c0',
      noise: { type: 'gaussian', mean: 128, sigma: 20 },
    },
  });
  return await Promise.all([
    picture.clone().jpeg({ quality: 40 }).toBuffer(),
    picture
      .clone()
      .jpeg({ quality: 40, progressive: true })
      .withExif({ IFD0: { Copyright: 'x' } })
      .toBuffer(),
    picture.clone().png({ compressionLevel: 9 }).toBuffer(),
    picture.clone().webp({ quality: 30 }).toBuffer(),
  ]);
}

/** Pictures: what the camera sees, what people upload. */
export const targets: ParserTargets = {
  'a QR code in a damaged picture, by jsQR': decoding(6_000, 'jsqr', symbols),
  'a QR code in a damaged picture, by ZXing': decoding(12_000, 'zxing-wasm', symbols),
  'a Code 39 in a damaged picture': decoding(2_000, 'zxing-wasm', [
    code39Frame('RSSMRA80A01H501U'),
  ]),
  'a QR code in a damaged picture, by all looks': decoding(400, 'auto', symbols),
  'a camera’s stream of JPEG': {
    inputs: 20_000,
    open: async () => {
      const [jpeg = Buffer.alloc(0), progressive = Buffer.alloc(0)] = await pictureFiles(48, 32);
      const samples = [jpeg, progressive, Buffer.concat([jpeg, progressive])];
      return (random) => {
        const input = mutateBytes(random, samples);
        return { input, parse: () => took(new JpegFrames().push(input).length > 0) };
      };
    },
  },
  'a picture file at the kiosk': {
    inputs: 4_000,
    open: async () => {
      const samples = await pictureFiles(64, 48);
      return (random) => {
        const input = mutateBytes(random, samples);
        return { input, parse: () => refusingLater(() => readImage(input)) };
      };
    },
  },
  'a photo for a card': {
    inputs: 800,
    open: async () => {
      const samples = await pictureFiles(300, 400);
      return (random) => {
        const input = Buffer.from(mutateBytes(random, samples));
        return { input, parse: () => refusingLater(() => preparePhoto(input)) };
      };
    },
  },
};
