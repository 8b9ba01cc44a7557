import {
  BINARIZERS,
  type Binarizer,
  CHARACTER_SETS,
  EAN_ADD_ON_SYMBOLS,
  prepareZXingModule,
  TEXT_MODES,
  type ZXingReaderModule,
  type ZXingReadResult,
} from 'zxing-wasm/reader';
import type { Symbology } from '../../ports.ts';
import type { Corners, DecodedCode, DecodeOutcome, DecodeRequest, Decoder } from './decoder.ts';
import type { LumaFrame } from './frame.ts';

/** What one look of ZXing spends and looks for. */
export interface ZxingLook {
  wanted: readonly Symbology[];
  binarizer: Binarizer;
  tryHarder: boolean;
  tryRotate: boolean;
  tryInvert: boolean;
  tryDownscale: boolean;
  tryDenoise: boolean;
}

/** ZXing's own defaults. */
export const ZXING_DEFAULT_LOOK: Omit<ZxingLook, 'wanted'> = {
  binarizer: 'LocalAverage',
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  tryDenoise: false,
};

const CLEAN_LOOK: ZxingLook = {
  wanted: ['qr'],
  binarizer: 'LocalAverage',
  tryHarder: false,
  tryRotate: false,
  tryInvert: false,
  tryDownscale: false,
  tryDenoise: false,
};

/** What ZXing saw: a code that it read, or where one is that it could not read. */
export type ZxingSight = ZxingRead | { kind: 'seen'; corners: Corners };

export interface ZxingRead {
  kind: 'read';
  text: string;
  /** The content as the symbol holds it, before any character set. */
  bytes: Uint8Array;
  symbology: Symbology;
  corners: Corners;
  /** Share of the error correction that was not needed: 1 when nothing was wrong; 0 for Code 39. */
  margin: number;
  /** Modules per side, 0 for Code 39. */
  dimension: number;
}

/** Codes asked for in one picture: more than a kiosk can use, few enough to bound the time. */
const SYMBOLS_MAX = 8;

/**
 * Starts ZXing from the bytes of its WebAssembly. Left alone, the package would fetch them from a CDN.
 *
 * @throws whatever WebAssembly throws where it is missing or the bytes are not its own.
 */
export async function openZxing(binary: Uint8Array): Promise<ZxingEngine> {
  const wasmBinary = binary.slice().buffer;
  const module = await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  return new ZxingEngine(module as ZxingModule);
}

/** The module, with what Emscripten gives every module; the package's types leave that out. */
type ZxingModule = ZXingReaderModule & {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
};

/** ZXing's reader, fed with luma alone through one buffer that grows to the largest picture. */
export class ZxingEngine {
  readonly #module: ZxingModule;
  #pointer = 0;
  #capacity = 0;

  constructor(module: ZxingModule) {
    this.#module = module;
  }

  look(frame: LumaFrame, look: ZxingLook): ZxingSight[] {
    const { data, width, height } = frame;
    this.#reserve(data.length);
    this.#module.HEAPU8.set(data, this.#pointer);
    const found = this.#module.readBarcodesFromPixmap(this.#pointer, width, height, {
      formats: formatsOf(look.wanted),
      binarizer: BINARIZERS.indexOf(look.binarizer),
      tryHarder: look.tryHarder,
      tryRotate: look.tryRotate,
      tryInvert: look.tryInvert,
      tryDownscale: look.tryDownscale,
      tryDenoise: look.tryDenoise,
      isPure: false,
      downscaleFactor: 3,
      downscaleThreshold: 500,
      minLineCount: 2,
      maxNumberOfSymbols: SYMBOLS_MAX,
      validateOptionalChecksum: false,
      returnErrors: true,
      eanAddOnSymbol: EAN_ADD_ON_SYMBOLS.indexOf('Ignore'),
      textMode: TEXT_MODES.indexOf('Plain'),
      characterSet: CHARACTER_SETS.indexOf('Unknown'),
      tryCode39ExtendedMode: false,
    });
    const sights: ZxingSight[] = [];
    for (let index = 0; index < found.size(); index++) {
      const result = found.get(index);
      const sight = result && sightOf(result);
      if (sight) {
        sights.push(sight);
      }
    }
    // An embind vector lives in WebAssembly's memory until it is told to go; the types leave it out.
    (found as { delete?: () => void }).delete?.();
    return sights;
  }

  /** The QR code of a drawn picture without noise, bend or tilt. */
  readClean(frame: LumaFrame): ZxingRead | undefined {
    const sights = this.look(frame, CLEAN_LOOK);
    return sights.find((sight) => sight.kind === 'read');
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#capacity) {
      return;
    }
    if (this.#pointer !== 0) {
      this.#module._free(this.#pointer);
    }
    this.#capacity = 0;
    this.#pointer = this.#module._malloc(bytes);
    if (this.#pointer === 0) {
      throw new RangeError(`WebAssembly has no ${bytes} bytes for a picture`);
    }
    this.#capacity = bytes;
  }
}

/** The decoder `zxing-wasm`: one look with ZXing's defaults. */
export class ZxingDecoder implements Decoder {
  readonly name = 'zxing-wasm';
  readonly #engine: ZxingEngine;

  constructor(engine: ZxingEngine) {
    this.#engine = engine;
  }

  decode(frame: LumaFrame, request: DecodeRequest): DecodeOutcome {
    const sights = this.#engine.look(frame, { ...ZXING_DEFAULT_LOOK, wanted: request.wanted });
    const codes: DecodedCode[] = [];
    for (const sight of sights) {
      if (sight.kind === 'read') {
        const { text, symbology, corners } = sight;
        codes.push({ text, symbology, corners, decoder: this.name, trust: 'single' });
      }
    }
    return { codes, codeLike: codes.length === 0 && sights.length > 0 };
  }
}

// Model 2 alone: ZXing once invented a Micro QR (measured).
const FORMATS: Record<Symbology, string> = { qr: 'QRCodeModel2', code39: 'Code39' };

function formatsOf(wanted: readonly Symbology[]): string {
  return wanted.map((symbology) => FORMATS[symbology]).join(',');
}

function sightOf(result: ZXingReadResult): ZxingSight | undefined {
  const { topLeft, topRight, bottomRight, bottomLeft } = result.position;
  const corners: Corners = [topLeft, topRight, bottomRight, bottomLeft];
  if (!result.isValid) {
    return { kind: 'seen', corners };
  }
  if (result.text.length === 0) {
    return undefined;
  }
  const symbology: Symbology = result.symbology === 'Code39' ? 'code39' : 'qr';
  const version = Number(result.version);
  return {
    kind: 'read',
    text: result.text,
    bytes: result.bytes.slice(),
    symbology,
    corners,
    margin: symbology === 'qr' ? unusedCorrection(result.extra) : 0,
    dimension: symbology === 'qr' && version >= 1 ? 17 + 4 * version : 0,
  };
}

/** ZXing tells it as `UEC` in a JSON note; without the note nothing is claimed. */
function unusedCorrection(extra: string): number {
  const match = /"UEC":\s*([0-9.]+)/.exec(extra);
  return match ? Number(match[1]) : 0;
}
