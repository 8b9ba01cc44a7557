import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { CodeCheck, ScannerEvents, Symbology } from '../ports.ts';
import type { DecodedCode, DecodeRequest } from './decode/decoder.ts';
import type { LumaFrame } from './decode/frame.ts';
import type { TimedOutcome } from './decoder-thread.ts';
import type { ParsedFrame } from './framing/raw-frames.ts';
import { FramePace, glance } from './glance.ts';

/** Decodes frames, as a `DecoderThread` does. */
export interface FrameDecoder {
  start(): Promise<void>;
  stop(): Promise<void>;
  decode(frame: LumaFrame, request: DecodeRequest): Promise<TimedOutcome>;
}

export interface FrameReaderDeps {
  clock: Clock;
  decoder: FrameDecoder;
  /** Returns the memory of a picture that was not decoded. */
  recycle: (memory: ArrayBuffer) => void;
  openJpeg: (data: Uint8Array) => Promise<LumaFrame>;
  /** Checks a text, by its signature or check character: if it is proven, a single reading is enough. */
  check?: ((text: string, symbology: Symbology) => CodeCheck) | undefined;
  /** A lamp beside the camera, where one is wired. */
  torch?: ((on: boolean) => void) | undefined;
}

/** A code with the result of its check; absent: it was not checked here. */
interface CheckedCode extends DecodedCode {
  check: CodeCheck | undefined;
}

/** The form of a credential's URL; whether it is valid is decided elsewhere. */
const CREDENTIAL_URL = /^https:\/\/[^/]+\/v\/\d/i;
/** A text read twice within this time is confirmed. */
const CONFIRM_WITHIN_MS = 1000;

/** Decodes a camera's frames, one at a time and always the newest, and reports what was read. */
export class FrameReader {
  wanted: readonly Symbology[] = ['qr'];
  readonly #name: string;
  readonly #budgetMs: number;
  readonly #deps: FrameReaderDeps;
  #pace = new FramePace();
  #events: ScannerEvents | undefined;
  #newest: ParsedFrame | undefined;
  #isDecoding = false;
  #framesSinceReading = 0;
  #unconfirmed: { text: string; at: number } | undefined;
  #isDecoderGone = false;

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

  /** Drops the waiting picture, which is from before a fault. */
  forget(): void {
    this.#newest = undefined;
    this.#unconfirmed = undefined;
  }

  offer(frame: ParsedFrame): void {
    this.#framesSinceReading++;
    if (frame.kind === 'luma' && !this.#worthDecoding(frame.frame)) {
      this.#recycle(frame);
      return;
    }
    if (this.#newest) {
      this.#recycle(this.#newest);
    }
    this.#newest = frame;
    if (!this.#isDecoding) {
      void this.#decodeNewest();
    }
  }

  #worthDecoding(frame: LumaFrame): boolean {
    const at = this.#deps.clock.monotonic();
    const seen = glance(frame);
    const view = this.#pace.changedView(seen, at);
    if (view) {
      this.#events?.view?.(view);
      this.#deps.torch?.(view === 'tooDark' || view === 'lensCovered');
    }
    return this.#pace.admit(seen, at) && this.wanted.length > 0;
  }

  #recycle(parsed: ParsedFrame): void {
    if (parsed.kind === 'luma') {
      this.#deps.recycle(parsed.frame.data.buffer);
    }
  }

  async #decodeNewest(): Promise<void> {
    this.#isDecoding = true;
    while (this.#newest) {
      const parsed = this.#newest;
      this.#newest = undefined;
      try {
        const frame = await this.#opened(parsed);
        if (frame) {
          const request = { wanted: this.wanted, budgetMs: this.#budgetMs };
          this.#report(await this.#deps.decoder.decode(frame, request));
        }
      } catch (error) {
        this.#noteFailure(errorCode(error));
      }
    }
    this.#isDecoding = false;
  }

  async #opened(parsed: ParsedFrame): Promise<LumaFrame | undefined> {
    if (parsed.kind === 'luma') {
      return parsed.frame;
    }
    const frame = await this.#deps.openJpeg(parsed.data);
    return this.#worthDecoding(frame) ? frame : undefined;
  }

  /** A picture that can't be opened or decoded is skipped; a decoder that is gone is reported. */
  #noteFailure(code: string): void {
    if (code === 'decoderUnavailable' && !this.#isDecoderGone) {
      this.#isDecoderGone = true;
      const since = this.#deps.clock.monotonic();
      this.#events?.health({ state: 'failing', since, reason: code });
    }
  }

  #report(outcome: TimedOutcome): void {
    const at = this.#deps.clock.monotonic();
    if (this.#isDecoderGone) {
      this.#isDecoderGone = false;
      this.#events?.health({ state: 'ready', since: at });
    }
    if (outcome.codes.length > 0 || outcome.codeLike) {
      this.#pace.wake(at);
    }
    if (outcome.codes.length === 0 && outcome.codeLike) {
      this.#events?.unreadable(this.#name);
    }
    const checked = outcome.codes.map(
      (code): CheckedCode => ({ ...code, check: this.#check(code) }),
    );
    const confirmed = checked.filter((code) => this.#isConfirmed(code, at));
    const frames = this.#framesSinceReading;
    for (const { text, symbology, check } of this.#select(confirmed)) {
      this.#framesSinceReading = 0;
      this.#events?.reading({ text, symbology, source: this.#name, at, frames, check });
    }
  }

  /** What two decoders agree on needs no check here: the kiosk makes its own. */
  #check({ text, symbology, trust }: DecodedCode): CodeCheck | undefined {
    return trust === 'confirmed' ? undefined : this.#deps.check?.(text, symbology);
  }

  /** What a single decoder read counts if it has a valid signature or check character, or if read again. */
  #isConfirmed(code: CheckedCode, at: number): boolean {
    if (code.trust === 'confirmed' || code.check?.isProven) {
      return true;
    }
    const previous = this.#unconfirmed;
    this.#unconfirmed = { text: code.text, at };
    return previous?.text === code.text && at - previous.at <= CONFIRM_WITHIN_MS;
  }

  /**
   * Selects a Code 39, and of several QR codes the credential or else the one nearest to the middle. Of
   * two credentials none is taken, and `several` is reported.
   */
  #select(codes: readonly CheckedCode[]): CheckedCode[] {
    const selected: CheckedCode[] = [];
    const card = codes.find((code) => code.symbology === 'code39');
    if (card) {
      selected.push(card);
    }
    const qr = codes.filter((code) => code.symbology === 'qr');
    const credentials = qr.filter((code) => CREDENTIAL_URL.test(code.text));
    if (credentials.length > 1) {
      this.#events?.several?.(this.#name);
    } else {
      const code = credentials[0] ?? qr[0];
      if (code) {
        selected.push(code);
      }
    }
    return selected;
  }
}
