import type { Symbology } from '../../ports.ts';
import type { LumaFrame } from './frame.ts';

/** A position in a picture, in pixels from its top left corner. */
export interface Point {
  x: number;
  y: number;
}

/** A code's corners in its own orientation: top left, top right, bottom right, bottom left. */
export type Corners = readonly [Point, Point, Point, Point];

/** A code that a decoder read. Its text is personal data: it is never logged. */
export interface DecodedCode {
  text: string;
  symbology: Symbology;
  /** The name of the decoder that read it, such as `jsqr`. */
  decoder: string;
  corners?: Corners;
  /**
   * How reliable the text is: `confirmed` by a second decoder or by enough unused error correction, or a
   * `single` decoder's reading. Error correction makes both right almost always; for a caller that can
   * check the content (by a signature or a check character) `single` is enough.
   */
  trust: 'confirmed' | 'single';
}

/** What to look for in one picture, and how long that may take. */
export interface DecodeRequest {
  wanted: readonly Symbology[];
  /** After this time no new look begins, in milliseconds; the current look is finished. */
  budgetMs: number;
}

/** The result for one picture. */
export interface DecodeOutcome {
  /** The codes read, those nearest to the centre first. */
  codes: DecodedCode[];
  /** Whether something that looks like a code is in the picture and was not read. */
  codeLike: boolean;
}

/** A decoder: pixels in, texts out. It may carry state from one frame to the next. */
export interface Decoder {
  readonly name: string;
  decode(frame: LumaFrame, request: DecodeRequest): DecodeOutcome;
}
