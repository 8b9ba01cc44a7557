import type { FrameParser, ParsedFrame } from './raw-frames.ts';

/** Largest JPEG picture, in bytes; a camera's are far smaller. */
const JPEG_BYTES_MAX = 4 * 1024 * 1024;

const MARK = 0xff;
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;

/** The end of a JPEG: found, not received yet, or broken. */
type JpegEnd = { kind: 'end'; at: number } | { kind: 'more' } | { kind: 'broken' };

/**
 * Splits a stream of JPEG pictures (MJPEG). It follows segments by their lengths, so that the end marker
 * of an embedded thumbnail does not end the picture.
 */
export class JpegFrames implements FrameParser {
  #buffer = new Uint8Array(64 * 1024);
  #length = 0;

  push(data: Uint8Array): ParsedFrame[] {
    this.#append(data);
    const frames: ParsedFrame[] = [];
    let from = 0;
    for (;;) {
      from = findStart(this.#buffer, from, this.#length);
      const end = jpegEnd(this.#buffer, from, this.#length);
      if (end.kind === 'end') {
        frames.push({ kind: 'jpeg', data: this.#buffer.slice(from, end.at) });
        from = end.at;
      } else if (end.kind === 'broken' || this.#length - from > JPEG_BYTES_MAX) {
        from += 2;
      } else {
        break;
      }
    }
    this.#buffer.copyWithin(0, from, this.#length);
    this.#length -= from;
    return frames;
  }

  reset(): void {
    this.#length = 0;
  }

  recycle(): void {
    // The memory of a JPEG is not reused.
  }

  #append(data: Uint8Array): void {
    const needed = this.#length + data.length;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(data, this.#length);
    this.#length = needed;
  }
}

/** The next `FF D8 FF`, or the position up to which there is none. */
function findStart(buffer: Uint8Array, from: number, length: number): number {
  let at = from;
  for (;;) {
    const mark = buffer.subarray(0, length).indexOf(MARK, at);
    if (mark < 0) {
      return length;
    }
    if (mark + 2 >= length) {
      return mark;
    }
    if (buffer[mark + 1] === START && buffer[mark + 2] === MARK) {
      return mark;
    }
    at = mark + 1;
  }
}

/** @see ITU-T T.81, annex B. */
function jpegEnd(buffer: Uint8Array, start: number, length: number): JpegEnd {
  let at = start + 2;
  while (at + 4 <= length) {
    // A new picture begins here, so this one is incomplete.
    if (buffer[at] !== MARK || buffer[at + 1] === START) {
      return { kind: 'broken' };
    }
    const marker = buffer[at + 1] ?? 0;
    if (marker === MARK) {
      at += 1;
    } else if (marker === END) {
      return { kind: 'end', at: at + 2 };
    } else if (isBare(marker)) {
      at += 2;
    } else {
      const size = ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0);
      if (size < 2) {
        return { kind: 'broken' };
      }
      at += 2 + size;
      if (marker === SCAN) {
        at = scanEnd(buffer, at, length);
      }
    }
  }
  const ended = at + 2 <= length && buffer[at] === MARK && buffer[at + 1] === END;
  return ended ? { kind: 'end', at: at + 2 } : { kind: 'more' };
}

/** Whether a marker has no segment: TEM and the restart markers. */
function isBare(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/** The marker that ends coded data, in which `FF 00` and restart markers do not count. */
function scanEnd(buffer: Uint8Array, from: number, length: number): number {
  let at = from;
  while (at + 1 < length) {
    const mark = buffer.subarray(0, length).indexOf(MARK, at);
    if (mark < 0 || mark + 1 >= length) {
      return length;
    }
    const next = buffer[mark + 1] ?? 0;
    if (next !== 0 && !isBare(next)) {
      return mark;
    }
    at = mark + 2;
  }
  return length;
}
