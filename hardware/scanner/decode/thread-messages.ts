import type { DecodeOutcome, DecodeRequest } from './decoder.ts';
import type { LumaFrame } from './frame.ts';

/** The decoders that a config may name; `auto` is the pipeline of several. */
export type DecoderName = 'auto' | 'zxing-wasm' | 'jsqr';

/** Whether all looks are made at one picture, or are spread over a camera's frames. */
export type DecoderPace = 'still' | 'stream';

/** What a decoder's thread is started with. */
export interface ThreadSetup {
  decoder: DecoderName;
  pace: DecoderPace;
}

/** To the thread: one picture, whose memory moves with it. */
export interface ThreadQuestion {
  id: number;
  frame: LumaFrame;
  request: DecodeRequest;
}

/** From the thread; `memory` is the picture's, returned for reuse. */
export type ThreadAnswer =
  | { kind: 'ready'; decoder: string }
  | { kind: 'outcome'; id: number; outcome: DecodeOutcome; ms: number; memory: ArrayBuffer }
  | { kind: 'failed'; id: number; code: string; memory: ArrayBuffer };
