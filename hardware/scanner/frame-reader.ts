import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { ScannerEvents, Symbology } from '../ports.ts';
import type { DecodedCode, DecodeRequest } from './decode/decoder.ts';
import type { LumaFrame } from './decode/frame.ts';
import type { TimedOutcome } from './decoder-thread.ts';
import type { ParsedFrame } from './framing/raw-frames.ts';
import { FramePace, glance } from './glance.ts';

/** What decodes: a `DecoderThread`, or a test's own. */
export interface FrameDecoder {
  start(): Promise<void>;
  stop(): Promise<void>;
  decode(frame: LumaFrame, request: DecodeRequest): Promise<TimedOutcome>;
}

export interface FrameReaderDeps {
  clock: Clock;
  decoder: FrameDecoder;
  /** Takes back the memory of a picture that was not decoded. */
  recycle: (memory: ArrayBuffer) => void;
  openJpeg: (data: Uint8Array) => Promise<LumaFrame>;
  /** Whether a text proves itself, by a signature or a check character: then one sighting is enough. */
  proves?: ((text: string, symbology: Symbology) => boolean) | undefined;
  /** A lamp beside the camera, where one is wired. */
  torch?: ((on: boolean) => void) | undefined;
}

/** Frames since the start: seen, skipped while nothing moved, dropped for a newer one, decoded. */
export interface FrameCounts {
  frames: number;
  skipped: number;
  dropped: number;
  decoded: number;
  /** JPEG pictures that could not be opened, and pictures that broke the decoder. */
  broken: number;
}

/** The shape of a code of ours; whether it is valid is not for a camera to say. */
const OURS = /^https:\/\/[^/]+\/v\/\d/i;
/** Two velocityCheck of the same text this close are one code seen twice. */
const CONFIRM_WITHIN_MS = 1000;

/** Decodes a camera's frames, one at a time and always the newest, and tells what was read. */
export class FrameReader {
  readonly counts: FrameCounts = { frames: 0, skipped: 0, dropped: 0, decoded: 0, broken: 0 };
  wanted: readonly Symbology[] = ['qr'];
  readonly #name: string;
  readonly #budgetMs: number;
  readonly #deps: FrameReaderDeps;
  #pace = new FramePace();
  #events: ScannerEvents | undefined;
  #newest: ParsedFrame | undefined;
  #working = false;
  #framesSinceReading = 0;
  #unconfirmed: { text: string; at: number } | undefined;
  #decoderGone = false;

  constructor(name: string, budgetMs: number, deps: FrameReaderDeps) {
    this.#name = name;
    this.#budgetMs = budgetMs;
    this.#deps = deps;
  }

  start(events: ScannerEvents): void {
    this.#events = events;
    this.#pace = new FramePace();
    this.#framesSinceReading = 0;
  }

  stop(): void {
    this.#events = undefined;
    this.forget();
  }

  /** Drops the picture that waits: it is from before a fault. */
  forget(): void {
    this.#newest = undefined;
    this.#unconfirmed = undefined;
  }

  offer(frame: ParsedFrame): void {
    this.counts.frames++;
    this.#framesSinceReading++;
    if (frame.kind === 'luma' && !this.#worthDecoding(frame.frame)) {
      this.#giveBack(frame);
      return;
    }
    if (this.#newest) {
      this.counts.dropped++;
      this.#giveBack(this.#newest);
    }
    this.#newest = frame;
    if (!this.#working) {
      void this.#work();
    }
  }

  #worthDecoding(frame: LumaFrame): boolean {
    const at = this.#deps.clock.monotonic();
    const seen = glance(frame);
    const view = this.#pace.changedView(seen, at);
    if (view) {
      this.#events?.view?.(this.#name, view);
      this.#deps.torch?.(view === 'tooDark' || view === 'lensCovered');
    }
    const admitted = this.#pace.admit(seen, at) && this.wanted.length > 0;
    this.counts.skipped += admitted ? 0 : 1;
    return admitted;
  }

  #giveBack(parsed: ParsedFrame): void {
    if (parsed.kind === 'luma') {
      this.#deps.recycle(parsed.frame.data.buffer as ArrayBuffer);
    }
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#newest) {
      const parsed = this.#newest;
      this.#newest = undefined;
      try {
        const frame = await this.#opened(parsed);
        if (frame) {
          const request = { wanted: this.wanted, budgetMs: this.#budgetMs };
          this.#tell(await this.#deps.decoder.decode(frame, request));
        }
      } catch (error) {
        this.#break(errorCode(error));
      }
    }
    this.#working = false;
  }

  async #opened(parsed: ParsedFrame): Promise<LumaFrame | undefined> {
    if (parsed.kind === 'luma') {
      return parsed.frame;
    }
    const frame = await this.#deps.openJpeg(parsed.data);
    return this.#worthDecoding(frame) ? frame : undefined;
  }

  /** A picture that could not be opened or decoded costs that picture; a decoder that is gone is told. */
  #break(code: string): void {
    this.counts.broken++;
    if (code === 'decoderUnavailable' && !this.#decoderGone) {
      this.#decoderGone = true;
      const since = this.#deps.clock.monotonic();
      this.#events?.health({ state: 'failing', since, reason: code });
    }
  }

  #tell(outcome: TimedOutcome): void {
    this.counts.decoded++;
    const at = this.#deps.clock.monotonic();
    if (this.#decoderGone) {
      this.#decoderGone = false;
      this.#events?.health({ state: 'ready', since: at });
    }
    if (outcome.codes.length > 0 || outcome.codeLike) {
      this.#pace.wake(at);
    }
    if (outcome.codes.length === 0 && outcome.codeLike) {
      this.#events?.unreadable(this.#name);
    }
    const believed = outcome.codes.filter((code) => this.#believe(code, at));
    const frames = this.#framesSinceReading;
    for (const { text, symbology } of this.#chosen(believed)) {
      this.#framesSinceReading = 0;
      this.#events?.reading({ text, symbology, source: this.#name, at, frames });
    }
  }

  /** What one decoder read once is believed when it proves itself or the next frame says the same. */
  #believe(code: DecodedCode, at: number): boolean {
    if (code.trust === 'seconded' || this.#deps.proves?.(code.text, code.symbology)) {
      return true;
    }
    const before = this.#unconfirmed;
    this.#unconfirmed = { text: code.text, at };
    return before?.text === code.text && at - before.at <= CONFIRM_WITHIN_MS;
  }

  /** Of several QR codes: ours, or else the nearest to the middle; two of ours are told as such. */
  #chosen(codes: readonly DecodedCode[]): DecodedCode[] {
    const chosen: DecodedCode[] = [];
    const card = codes.find((code) => code.symbology === 'code39');
    if (card) {
      chosen.push(card);
    }
    const qr = codes.filter((code) => code.symbology === 'qr');
    const ours = qr.filter((code) => OURS.test(code.text));
    if (ours.length > 1) {
      this.#events?.several?.(this.#name);
    } else {
      const code = ours[0] ?? qr[0];
      if (code) {
        chosen.push(code);
      }
    }
    return chosen;
  }
}
