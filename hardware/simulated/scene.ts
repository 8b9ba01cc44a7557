import sharp from 'sharp';
import type { LumaFrame } from '../scanner/decode/frame.ts';

/** How a code is seen by the camera. */
export interface Scene {
  /** Rotation in the image plane, in degrees. */
  rotation: number;
  /** The code's side as a share of the frame's height. */
  size: number;
  /** Shear, as a first-order perspective; 0 is flat. */
  shear: number;
  /** Gaussian blur, sigma in pixels. */
  blur: number;
  /** Standard deviation of the sensor's noise, in grey levels. */
  noise: number;
  /** How much darker one side of the frame is, 0 to 1. */
  shade: number;
  /** Position of the code's centre, as shares of width and height. */
  x: number;
  y: number;
}

const BACKGROUND = 168;

/**
 * Renders a picture of a code as a camera would see it: rotated, sheared, lit from one side, blurred and
 * noisy.
 *
 * @param code PNG or any format that sharp reads.
 * @param random numbers in [0, 1); the same numbers give the same frame.
 */
export async function renderScene(
  code: Uint8Array,
  frame: { width: number; height: number },
  scene: Scene,
  random: () => number,
): Promise<LumaFrame> {
  const side = Math.round(frame.height * scene.size);
  const background = { r: BACKGROUND, g: BACKGROUND, b: BACKGROUND };
  const sheet = await sharp(code)
    .resize(side, side, { kernel: 'lanczos3' })
    .flatten()
    .png()
    .toBuffer();
  const turned = await sharp(sheet)
    .affine([1, scene.shear, scene.shear / 3, 1], { background })
    .rotate(scene.rotation, { background })
    .png()
    .toBuffer({ resolveWithObject: true });
  const fitted = await sharp(turned.data)
    .resize({
      width: Math.min(turned.info.width, frame.width),
      height: Math.min(turned.info.height, frame.height),
      fit: 'inside',
    })
    .png()
    .toBuffer({ resolveWithObject: true });
  const place = (span: number, part: number, inner: number) =>
    Math.max(0, Math.min(span - inner, Math.round(span * part - inner / 2)));
  const data = await sharp({ create: { ...frame, channels: 3, background } })
    .composite([
      {
        input: fitted.data,
        left: place(frame.width, scene.x, fitted.info.width),
        top: place(frame.height, scene.y, fitted.info.height),
      },
    ])
    .png()
    .toBuffer()
    .then((picture) => (scene.blur > 0 ? sharp(picture).blur(scene.blur) : sharp(picture)))
    .then((picture) => picture.toColourspace('b-w').raw().toBuffer());
  return expose({ data, ...frame }, scene, random);
}

/** A frame without a code, as when nobody is at the gate. */
export function emptyScene(
  frame: { width: number; height: number },
  random: () => number,
): LumaFrame {
  const data = new Uint8Array(frame.width * frame.height).fill(BACKGROUND);
  return expose({ data, ...frame }, { noise: 3, shade: 0.2 }, random);
}

/** Adds uneven light and sensor noise. */
function expose(
  frame: LumaFrame,
  light: { noise: number; shade: number },
  random: () => number,
): LumaFrame {
  const { width, height } = frame;
  const data = new Uint8Array(frame.data);
  for (let y = 0, i = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, i += 1) {
      const lit = 1 - light.shade * (x / width) * (0.5 + y / (2 * height));
      // The sum of two uniform numbers: close enough to a Gaussian, and much cheaper.
      const grain = (random() + random() - 1) * 2.45 * light.noise;
      data[i] = Math.max(0, Math.min(255, (data[i] ?? 0) * lit + grain));
    }
  }
  return { data, width, height };
}
