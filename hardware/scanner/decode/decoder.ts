import type { Symbology } from '../../ports.ts';
import type { LumaFrame } from './frame.ts';

/** A place in a picture, in pixels from its top left corner. */
export interface Point {
  x: number;
  y: number;
}

/** The corners of a code in the order of its own content: top left, top right, bottom right, bottom left. */
export type Corners = readonly [Point, Point, Point, Point];

/** A code that a decoder read. Its text is personal data: it is never logged. */
export interface DecodedCode {
  text: string;
  symbology: Symbology;
  /** The name of the decoder that read it, such as `jsqr`. */
  decoder: string;
  corners?: Corners;
  /**
   * How far the text may be believed: `confirmed` when two decoders say the same or the symbol was read
   * twice; `single` when one decoder alone read it once. Error correction makes either right almost
   * always; a caller that can check the content (a signature, a check character) needs no more.
   */
  trust: 'confirmed' | 'single';
}

/** What is looked for in one picture, and how long that may take. */
export interface DecodeRequest {
  wanted: readonly Symbology[];
  /** No new look begins after this many milliseconds; the look under way is finished. */
  budgetMs: number;
}

/** What a decoder found in one picture. */
export interface DecodeOutcome {
  /** The codes read, the one nearest to the middle of the picture first. */
  codes: DecodedCode[];
  /** Something that looks like a code is in the picture and was not read. */
  codeLike: boolean;
}

/** A named decoder: pixels in, texts out. It may keep what it learned from one frame for the next. */
export interface Decoder {
  readonly name: string;
  decode(frame: LumaFrame, request: DecodeRequest): DecodeOutcome;
}
