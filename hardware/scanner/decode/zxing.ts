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

/** The options of one attempt by ZXing. */
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

/** What ZXing found: a code that it read, or the place of one that it could not read. */
export type ZxingSight = ZxingRead | { kind: 'seen'; corners: Corners };

export interface ZxingRead {
  kind: 'read';
  text: string;
  /** The raw content, before any character set is applied. */
  bytes: Uint8Array;
  symbology: Symbology;
  corners: Corners;
  /** Share of the error correction that was not needed: 1 for a perfect symbol, 0 for Code 39. */
  margin: number;
  /** Modules per side, 0 for Code 39. */
  dimension: number;
}

/** Most codes per picture: more than a kiosk can use, few enough to limit the time. */
const SYMBOLS_MAX = 8;

/**
 * Starts ZXing from the bytes of its WebAssembly, which the package would otherwise fetch from a CDN.
 *
 * @throws WebAssembly's errors where it is missing or the bytes are wrong.
 */
export async function openZxing(binary: Uint8Array): Promise<ZxingEngine> {
  const wasmBinary = binary.slice().buffer;
  const module = await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  if (!hasMemory(module)) {
    throw new TypeError('This build of zxing-wasm does not export its memory');
  }
  return new ZxingEngine(module);
}

/** The module with Emscripten's memory functions, which the package's types lack. */
type ZxingModule = ZXingReaderModule & {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
};

function hasMemory(module: ZXingReaderModule): module is ZxingModule {
  return 'HEAPU8' in module && '_malloc' in module && '_free' in module;
}

/** ZXing's reader for luma pictures, through one buffer that grows to the largest picture. */
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
    // An embind vector stays in WebAssembly's memory until it is deleted; the types lack this method.
    if ('delete' in found && typeof found.delete === 'function') {
      found.delete();
    }
    return sights;
  }

  /** Reads the QR code of a drawn picture, without noise or distortion. */
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

// Model 2 only, because ZXing once read a Micro QR where there was none (measured).
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

/** ZXing's `UEC` (unused error correction) in its extra JSON; 0 without it. */
function unusedCorrection(extra: string): number {
  const match = /"UEC":\s*([0-9.]+)/.exec(extra);
  return match ? Number(match[1]) : 0;
}
