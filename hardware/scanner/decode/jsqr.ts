import jsqrModule from 'jsqr';
import type { DecodedCode, DecodeOutcome, DecodeRequest, Decoder } from './decoder.ts';
import type { LumaFrame } from './frame.ts';
import { shrinkToFit } from './resample.ts';

// A CommonJS package: Node gives its exports, a bundler its default export.
const jsqr = typeof jsqrModule === 'function' ? jsqrModule : jsqrModule.default;

/** Limits of its input: jsQR takes 8 s for noise at 1080p (measured). */
const JSQR_WIDTH_MAX = 640;
const JSQR_HEIGHT_MAX = 480;

/** The opaque RGBA pixel of a grey level, in the machine's byte order. */
const GREY_TO_RGBA = grayTable();

export type JsQrInversion = 'dontInvert' | 'attemptBoth';

/** The decoder `jsqr`: QR only, on the whole picture, capped at 640×480. */
export class JsQrDecoder implements Decoder {
  readonly name = 'jsqr';
  readonly #inversion: JsQrInversion;

  constructor(inversion: JsQrInversion = 'attemptBoth') {
    this.#inversion = inversion;
  }

  decode(frame: LumaFrame, request: DecodeRequest): DecodeOutcome {
    if (!request.wanted.includes('qr')) {
      return { codes: [], codeLike: false };
    }
    const small = shrinkToFit(frame, JSQR_WIDTH_MAX, JSQR_HEIGHT_MAX);
    const code = readWithJsQr(small, this.#inversion);
    if (code?.corners) {
      const scale = frame.width / small.width;
      const [a, b, c, d] = code.corners;
      const full = (point: { x: number; y: number }) => ({
        x: point.x * scale,
        y: point.y * scale,
      });
      code.corners = [full(a), full(b), full(c), full(d)];
    }
    if (!code) {
      return { codes: [], codeLike: false };
    }
    const { bytes: _, ...decoded } = code;
    return { codes: [decoded], codeLike: false };
  }
}

/** A reading by jsQR, with its raw content, because jsQR garbles the text of some character sets. */
export interface JsQrRead extends DecodedCode {
  bytes: Uint8Array;
}

/** Reads one QR code by jsQR. An empty text, which jsQR may return, counts as nothing. */
export function readWithJsQr(frame: LumaFrame, inversion: JsQrInversion): JsQrRead | undefined {
  const { width, height } = frame;
  const rgba = new Uint32Array(width * height);
  for (let index = 0; index < rgba.length; index++) {
    rgba[index] = GREY_TO_RGBA[frame.data[index] ?? 0] ?? 0;
  }
  const pixels = new Uint8ClampedArray(rgba.buffer);
  const found = jsqr(pixels, width, height, { inversionAttempts: inversion });
  if (!found || found.data.length === 0) {
    return undefined;
  }
  const { location } = found;
  return {
    bytes: Uint8Array.from(found.binaryData),
    text: found.data,
    symbology: 'qr',
    decoder: 'jsqr',
    trust: 'single',
    corners: [
      location.topLeftCorner,
      location.topRightCorner,
      location.bottomRightCorner,
      location.bottomLeftCorner,
    ],
  };
}

function grayTable(): Uint32Array {
  const bytes = new Uint8Array(256 * 4);
  for (let grey = 0; grey < 256; grey++) {
    bytes.set([grey, grey, grey, 255], grey * 4);
  }
  return new Uint32Array(bytes.buffer);
}
