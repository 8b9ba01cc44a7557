import { toBuffer } from 'qrcode';
import type { LumaFrame } from '../../hardware/scanner/decode/frame.ts';
import { CameraFeed } from '../../hardware/simulated/camera-feed.ts';
import { emptyScene, renderScene, type Scene } from '../../hardware/simulated/scene.ts';
import { systemClock } from '../../shared/clock.ts';
import { cyclic } from '../sample/cyclic.ts';
import { seededRandom } from '../sample/seeded-random.ts';
import { FRAME } from './tray-messages.ts';

const FRAME_MS = 66;
/** Different pictures of each scene: a hand is never still, and every frame has its own noise. */
const TAKES = 6;

/** The scene in front of the simulated camera. */
export class Stage {
  readonly #random: () => number;
  readonly #feed: CameraFeed;
  readonly #empty: LumaFrame[];
  #request = 0;

  constructor(path: string, seed: number) {
    this.#random = seededRandom(seed);
    this.#empty = Array.from({ length: 2 }, () => emptyScene(FRAME, this.#random));
    const next = looped(this.#empty);
    this.#feed = new CameraFeed({ path, clock: systemClock, frameMs: FRAME_MS, next });
  }

  start(): Promise<void> {
    return this.#feed.start();
  }

  stop(): Promise<void> {
    return this.#feed.stop();
  }

  /** Frames shown since the scene last changed. */
  get framesShown(): number {
    return this.#feed.shown;
  }

  /** Resolves when this many frames of the present scene were shown. */
  async untilFramesShown(frames: number): Promise<void> {
    while (this.#feed.shown < frames) {
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
  }

  unplug(): void {
    this.#feed.unplug();
  }

  /** Unplugs the camera until it is plugged in again. */
  pull(isPulled: boolean): void {
    this.#feed.pull(isPulled);
  }

  /** Shows an empty scene. */
  clear(): void {
    this.#request += 1;
    this.#feed.look(looped(this.#empty));
  }

  /** Shows a code held by hand: askew, not quite sharp, and unevenly lit. */
  async present(text: string): Promise<void> {
    const request = ++this.#request;
    const code = await toBuffer(text, { errorCorrectionLevel: 'M', margin: 4, scale: 8 });
    const takes = await Promise.all(
      Array.from({ length: TAKES }, () =>
        renderScene(code, FRAME, heldByHand(this.#random), this.#random),
      ),
    );
    if (request === this.#request) {
      this.#feed.look(looped(takes));
    }
  }

  /** Shows a picture from outside: an uploaded photo, or a webcam frame. */
  show(frame: LumaFrame): void {
    this.#request += 1;
    this.#feed.look(() => frame);
  }
}

function heldByHand(random: () => number): Scene {
  const between = (least: number, most: number) => least + (most - least) * random();
  return {
    rotation: between(-14, 14),
    size: between(0.62, 0.72),
    shear: between(-0.12, 0.12),
    blur: between(0.5, 0.9),
    noise: between(4, 9),
    shade: between(0.2, 0.45),
    x: between(0.45, 0.55),
    y: between(0.45, 0.55),
  };
}

function looped(frames: readonly LumaFrame[]): () => LumaFrame {
  let index = -1;
  return () => {
    index += 1;
    return cyclic(frames, index);
  };
}
