import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Symbology } from '../../hardware/ports.ts';
import { createDecoder } from '../../hardware/scanner/decode/create.ts';
import type { DecodedCode, Decoder } from '../../hardware/scanner/decode/decoder.ts';
import type { LumaFrame } from '../../hardware/scanner/decode/frame.ts';
import type { DecoderName } from '../../hardware/scanner/decode/thread-messages.ts';
import { warmUp } from '../../hardware/scanner/decode/warm-up.ts';
import { loadZxingBinary } from '../../hardware/scanner/decode/zxing-binary.worker.ts';
import { RawFrames } from '../../hardware/scanner/framing/raw-frames.ts';
import { IMAGE_BYTES_MAX, readImage } from '../../hardware/scanner/read-image.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { printLine } from './print-line.ts';

interface DecodeOptions {
  json?: boolean;
  decoder: DecoderName;
  budgetMs: number;
  code39?: boolean;
  size?: { width: number; height: number };
}

/** One line of the output; `text` is null when no code was read. */
interface DecodeLine {
  file: string;
  text: string | null;
  format: Symbology | null;
  decoder: string | null;
  /** Milliseconds spent decoding, without opening the file. */
  ms: number;
  /** With `-`: the number of the frame, from 1. */
  frame?: number;
  /** Other codes in view, further from the middle. */
  others?: string[] | undefined;
  /** The picture has something like a code that was not read. */
  codeLike?: true | undefined;
  /** The error code if the file could not be processed. */
  error?: string;
}

/** Larger pictures are scaled down to this longest side, in pixels. */
const SIDE_MAX = 1280;
const BUDGET_DEFAULT_MS = 150;
const STREAM_SIDE_MAX = 4096;
const EXIT_FAULT = 1;
const PICTURES = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif', '.pdf'];

/** `varco decode`: reads codes from picture files, folders or a stream of frames. */
export function decodeCommand(): Command {
  return new Command('decode')
    .description('read QR codes (and Code 39) from pictures, as the kiosk reads its camera')
    .argument('<files...>', 'picture files, folders, or - for raw grey frames on standard input')
    .addOption(
      new Option('--decoder <name>', 'the decoder to use')
        .choices(['auto', 'zxing-wasm', 'jsqr'])
        .default('auto'),
    )
    .option(
      '--budget-ms <ms>',
      'start no further attempt on a picture after this many milliseconds',
      budget,
      BUDGET_DEFAULT_MS,
    )
    .option('--code39', 'also look for Code 39 (Tessera Sanitaria)')
    .option('--size <WxH>', 'size of the frames on standard input, such as 640x480', size)
    .option('--json', 'one JSON object per line: file, text (null if none), format, decoder, ms')
    .addHelpText('after', '\nExit status: 0 if at least one picture was processed, otherwise 1.')
    .action(async (files: string[], options: DecodeOptions) => {
      if (!(await decodeAll(files, options))) {
        process.exitCode = EXIT_FAULT;
      }
    });
}

/** Returns whether at least one picture was processed. */
async function decodeAll(files: string[], options: DecodeOptions): Promise<boolean> {
  const print = (line: DecodeLine) => {
    printLine(options.json ? JSON.stringify(line) : lineForPeople(line));
  };
  const pace = files.includes('-') ? 'stream' : 'still';
  const setup = { decoder: options.decoder, pace } as const;
  const decoder = await createDecoder(setup, loadZxingBinary, () => performance.now());
  warmUp(decoder);
  let isAnyProcessed = false;
  for (const path of files) {
    if (path === '-') {
      isAnyProcessed = (await decodeStream(decoder, options, print)) || isAnyProcessed;
      continue;
    }
    for (const file of await picturesIn(path)) {
      const line = await decodeFile(decoder, file, options);
      isAnyProcessed ||= line.error === undefined;
      print(line);
    }
  }
  return isAnyProcessed;
}

/** The file itself, or the pictures in a folder, sorted by name. */
async function picturesIn(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) {
    return [path];
  }
  const names = await readdir(path);
  const pictures = names.filter((name) => PICTURES.includes(extname(name).toLowerCase()));
  return pictures.sort().map((name) => join(path, name));
}

async function decodeFile(
  decoder: Decoder,
  file: string,
  options: DecodeOptions,
): Promise<DecodeLine> {
  try {
    const { size: bytes } = await stat(file);
    if (bytes > IMAGE_BYTES_MAX) {
      throw new VarcoError('imageTooLarge', `A picture of ${bytes} bytes is too large`);
    }
    const frame = await readImage(await readFile(file), {
      widthMax: SIDE_MAX,
      heightMax: SIDE_MAX,
    });
    return decodeFrame(decoder, file, frame, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`varco: ${file}: ${message} (${errorCode(error)})\n`);
    return { file, text: null, format: null, decoder: null, ms: 0, error: errorCode(error) };
  }
}

function decodeFrame(
  decoder: Decoder,
  file: string,
  frame: LumaFrame,
  options: DecodeOptions,
): DecodeLine {
  const wanted: Symbology[] = options.code39 ? ['qr', 'code39'] : ['qr'];
  const startedAt = performance.now();
  const { codes, codeLike } = decoder.decode(frame, { wanted, budgetMs: options.budgetMs });
  const ms = Math.round((performance.now() - startedAt) * 100) / 100;
  const [code, ...others]: (DecodedCode | undefined)[] = codes;
  return {
    file,
    text: code?.text ?? null,
    format: code?.symbology ?? null,
    decoder: code?.decoder ?? null,
    ms,
    others: others.length > 0 ? others.flatMap((other) => other?.text ?? []) : undefined,
    codeLike: codeLike || undefined,
  };
}

async function decodeStream(
  decoder: Decoder,
  options: DecodeOptions,
  print: (line: DecodeLine) => void,
): Promise<boolean> {
  if (!options.size) {
    throw new VarcoError('sizeMissing', 'Frames on standard input need their size: --size 640x480');
  }
  const { width, height } = options.size;
  const parser = new RawFrames({ width, height, format: 'gray', stride: width });
  let count = 0;
  const chunks: AsyncIterable<Uint8Array> = process.stdin;
  for await (const chunk of chunks) {
    for (const parsed of parser.push(chunk)) {
      if (parsed.kind === 'luma') {
        count++;
        print({ ...decodeFrame(decoder, '-', parsed.frame, options), frame: count });
      }
    }
  }
  return count > 0;
}

function lineForPeople(line: DecodeLine): string {
  const name = line.frame === undefined ? line.file : `${line.file} ${line.frame}`;
  if (line.error !== undefined) {
    return `${name}: not a readable picture (${line.error})`;
  }
  if (line.text === null) {
    const what = line.codeLike ? 'there is a code that could not be read' : 'no code';
    return `${name}: ${what} (${line.ms} ms)`;
  }
  return `${name}: ${line.text} (${line.format}, ${line.decoder}, ${line.ms} ms)`;
}

function budget(text: string): number {
  const ms = Number(text);
  if (!Number.isInteger(ms) || ms < 1 || ms > 60_000) {
    throw new InvalidArgumentError('a whole number of milliseconds from 1 to 60000.');
  }
  return ms;
}

function size(text: string): { width: number; height: number } {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  const width = Number(match?.[1]);
  const height = Number(match?.[2]);
  if (!match || width > STREAM_SIDE_MAX || height > STREAM_SIDE_MAX) {
    throw new InvalidArgumentError(`WIDTHxHEIGHT, such as 640x480, up to ${STREAM_SIDE_MAX}.`);
  }
  return { width, height };
}
