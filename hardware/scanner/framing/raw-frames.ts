import type { LumaFrame } from '../decode/frame.ts';

/** Splits the byte stream of a camera into pictures. */
export interface FrameParser {
  /** Returns the pictures that these bytes complete, oldest first; `data` is not kept. */
  push(data: Uint8Array): ParsedFrame[];
  /** Drops an incomplete picture: the next byte is the first of a frame. */
  reset(): void;
  /** Takes back the memory of a picture, for reuse. */
  recycle(memory: ArrayBuffer): void;
}

/** A picture from the stream: luma, or a JPEG to be decoded. */
export type ParsedFrame = { kind: 'luma'; frame: LumaFrame } | { kind: 'jpeg'; data: Uint8Array };

/** The layout of one raw picture in the stream. */
export interface RawLayout {
  width: number;
  height: number;
  /** `gray`: luma only; `yuv420`: luma, then two planes of a quarter each, which are skipped. */
  format: 'gray' | 'yuv420';
  /** Bytes from one row of luma to the next, padding included; chroma rows take half. */
  stride: number;
}

/** Most buffers that are kept for reuse. */
const SPARE_MAX = 4;

/** Bytes of one picture in the stream. */
export function rawFrameBytes(layout: RawLayout): number {
  const luma = layout.stride * layout.height;
  if (layout.format === 'gray') {
    return luma;
  }
  return luma + 2 * Math.ceil(layout.stride / 2) * Math.ceil(layout.height / 2);
}

/** Splits a stream of raw pictures of a fixed size, which have no markers between them. */
export class RawFrames implements FrameParser {
  readonly #layout: RawLayout;
  readonly #frameBytes: number;
  readonly #spare: ArrayBuffer[] = [];
  #luma: Uint8Array<ArrayBuffer> | undefined;
  #offset = 0;

  constructor(layout: RawLayout) {
    this.#layout = layout;
    this.#frameBytes = rawFrameBytes(layout);
  }

  push(data: Uint8Array): ParsedFrame[] {
    const frames: ParsedFrame[] = [];
    let position = 0;
    while (position < data.length) {
      const take = Math.min(data.length - position, this.#frameBytes - this.#offset);
      this.#store(data.subarray(position, position + take));
      position += take;
      if (this.#offset === this.#frameBytes) {
        frames.push(this.#finish());
      }
    }
    return frames;
  }

  reset(): void {
    this.#offset = 0;
  }

  recycle(memory: ArrayBuffer): void {
    const fits = memory.byteLength === this.#layout.width * this.#layout.height;
    if (fits && this.#spare.length < SPARE_MAX) {
      this.#spare.push(memory);
    }
  }

  /** Copies luma to its place and skips padding and chroma. */
  #store(part: Uint8Array): void {
    const { width, height, stride } = this.#layout;
    this.#luma ??= new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(width * height));
    let from = 0;
    while (from < part.length) {
      const row = Math.floor(this.#offset / stride);
      if (row >= height) {
        this.#offset += part.length - from;
        return;
      }
      const column = this.#offset % stride;
      const take = Math.min(part.length - from, stride - column);
      if (column < width) {
        const visible = part.subarray(from, from + Math.min(take, width - column));
        this.#luma.set(visible, row * width + column);
      }
      from += take;
      this.#offset += take;
    }
  }

  #finish(): ParsedFrame {
    const { width, height } = this.#layout;
    const data = this.#luma ?? new Uint8Array(width * height);
    this.#luma = undefined;
    this.#offset = 0;
    return { kind: 'luma', frame: { data, width, height } };
  }
}
