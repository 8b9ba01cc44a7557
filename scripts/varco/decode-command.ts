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

interface DecodeOptions {
  json?: boolean;
  decoder: DecoderName;
  budgetMs: number;
  code39?: boolean;
  size?: { width: number; height: number };
}

/** One line of the answer; `text` is null when no code was read. */
interface DecodeLine {
  file: string;
  text: string | null;
  format: Symbology | null;
  decoder: string | null;
  /** Milliseconds of decoding, without opening the file. */
  ms: number;
  /** With `-`: the number of the frame, from 1. */
  frame?: number;
  /** Other codes in view, further from the middle. */
  others?: string[];
  /** Something code-like is in the picture and was not read. */
  codeLike?: true;
  /** Why the file was not looked at. */
  error?: string;
}

/** Longest side that a picture file is looked at with, in pixels. */
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
      new Option('--decoder <name>', 'which decoder reads')
        .choices(['auto', 'zxing-wasm', 'jsqr'])
        .default('auto'),
    )
    .option(
      '--budget-ms <ms>',
      'no new look at a picture begins after so many milliseconds',
      budget,
      BUDGET_DEFAULT_MS,
    )
    .option('--code39', 'look for Code 39 as well (Tessera Sanitaria)')
    .option('--size <WxH>', 'size of the frames on standard input, such as 640x480', size)
    .option('--json', 'one JSON object a line: file, text (null when none), format, decoder, ms')
    .addHelpText('after', '\nExit status: 0 when a picture was looked at, 1 when none could be.')
    .action(async (files: string[], options: DecodeOptions) => {
      const looked = await decodeAll(files, options);
      if (!looked) {
        process.exitCode = EXIT_FAULT;
      }
    });
}

async function decodeAll(files: string[], options: DecodeOptions): Promise<boolean> {
  const print = (line: DecodeLine) => {
    process.stdout.write(`${options.json ? JSON.stringify(line) : lineForPeople(line)}\n`);
  };
  const pace = files.includes('-') ? 'stream' : 'still';
  const setup = { decoder: options.decoder, pace } as const;
  const decoder = await createDecoder(setup, loadZxingBinary, () => performance.now());
  warmUp(decoder);
  let looked = false;
  for (const given of files) {
    if (given === '-') {
      looked = (await decodeStream(decoder, options, print)) || looked;
      continue;
    }
    for (const file of await picturesIn(given)) {
      const line = await decodeFile(decoder, file, options);
      looked ||= line.error === undefined;
      print(line);
    }
  }
  return looked;
}

/** The file itself, or the pictures of a folder, by name. */
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
      throw new VarcoError('imageTooLarge', `A picture of ${bytes} bytes is over the limit`);
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
  const begun = performance.now();
  const { codes, codeLike } = decoder.decode(frame, { wanted, budgetMs: options.budgetMs });
  const ms = Math.round((performance.now() - begun) * 100) / 100;
  const [code, ...others]: (DecodedCode | undefined)[] = codes;
  return {
    file,
    text: code?.text ?? null,
    format: code?.symbology ?? null,
    decoder: code?.decoder ?? null,
    ms,
    ...(others.length > 0 ? { others: others.flatMap((other) => other?.text ?? []) } : {}),
    ...(codeLike ? { codeLike } : {}),
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
  for await (const chunk of process.stdin) {
    for (const parsed of parser.push(chunk as Uint8Array)) {
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
    return `${name}: not a picture that can be read (${line.error})`;
  }
  if (line.text === null) {
    const what = line.codeLike ? 'a code is there and could not be read' : 'no code';
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
