import { VarcoError } from '../../shared/errors.ts';
import { type Block, columnsOf, type ImportFormat, RECORD_BYTES_MAX } from './import-records.ts';

/** A piece that is handed on is at least so large, but the last. */
const BLOCK_BYTES = 131_072;
const GATHERED_BYTES = 65_536;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A block, and where in the file it ends. */
export interface CutBlock extends Block {
  /** Lines and bytes of the file up to its end. */
  linesRead: number;
  bytesRead: number;
}

/**
 * Cuts a file between records into blocks that can each be read alone.
 *
 * In CSV a record ends at a line's end with an even number of quotes before it (RFC 4180): a quoted text
 * has one at each end, and its own quotes are doubled.
 *
 * @param linesDone so many of the file's lines are passed over: an earlier import ended there.
 * @throws VarcoError `importUnreadable`, or what the input throws; what is whole before is given first.
 */
export async function* cutBlocks(
  input: AsyncIterable<Uint8Array | string>,
  format: ImportFormat,
  linesDone: number,
): AsyncGenerator<CutBlock> {
  const cutter = new BlockCutter(format === 'csv', linesDone);
  let fault: { error: unknown } | undefined;
  try {
    for await (const chunk of gathered(input)) {
      cutter.add(chunk);
      if (cutter.wholeBytes >= BLOCK_BYTES) {
        yield cutter.take();
      }
    }
    cutter.end();
  } catch (error) {
    fault = { error };
  }
  if (cutter.wholeBytes > 0) {
    yield cutter.take();
  }
  if (fault) {
    throw fault.error;
  }
}

/** Many small chunks as few large ones, the last of them also where the input breaks off. */
async function* gathered(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  const gather = () => {
    const all = Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
    return all;
  };
  let fault: { error: unknown } | undefined;
  try {
    for await (const chunk of input) {
      chunks.push(Buffer.from(chunk as Uint8Array));
      bytes += chunk.length;
      if (bytes >= GATHERED_BYTES) {
        yield gather();
      }
    }
  } catch (error) {
    fault = { error };
  }
  yield gather();
  if (fault) {
    throw fault.error;
  }
}

class BlockCutter {
  /** How much of what is held are whole records. */
  wholeBytes = 0;
  readonly #isCsv: boolean;
  readonly #linesDone: number;
  #columns: readonly string[] | undefined;
  #isBegun = false;
  #lineEnd = LINE_FEED;
  #held: Buffer = Buffer.alloc(0);
  /** How much of what is held was looked through, and the line ends found there. */
  #seenBytes = 0;
  #seenLines = 0;
  #wholeLines = 0;
  #isQuoted = false;
  #linesBefore = 0;
  #bytesBefore = 0;

  constructor(isCsv: boolean, linesDone: number) {
    this.#isCsv = isCsv;
    this.#linesDone = linesDone;
  }

  add(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#isBegun ||= this.#begin(false);
    if (this.#isBegun) {
      this.#passOver();
      this.#look();
    }
    if (this.#held.length - this.wholeBytes > RECORD_BYTES_MAX) {
      const line = this.#linesBefore + this.#wholeLines + 1;
      throw new VarcoError('importUnreadable', `Line ${line} is too long for a record`);
    }
  }

  /** The last line may have no end. */
  end(): void {
    this.#isBegun ||= this.#begin(true);
    const rest = this.#held.subarray(this.wholeBytes);
    if (this.#linesBefore >= this.#linesDone && rest.toString('latin1').trim() !== '') {
      this.wholeBytes = this.#held.length;
      this.#wholeLines = this.#seenLines + 1;
    }
  }

  /** Hands on what is whole. */
  take(): CutBlock {
    // Its own memory: it may go to another thread.
    const bytes = new Uint8Array(this.#held.subarray(0, this.wholeBytes));
    const linesBefore = this.#linesBefore;
    this.#drop(this.wholeBytes, this.#wholeLines);
    const columns = this.#columns;
    return {
      bytes,
      linesBefore,
      ...(columns ? { columns } : {}),
      linesRead: this.#linesBefore,
      bytesRead: this.#bytesBefore,
    };
  }

  /** Reads what stands before the records; false: more of it is to come. */
  #begin(isLast: boolean): boolean {
    if (this.#bytesBefore === 0 && this.#held.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
      this.#drop(3, 0);
    }
    if (!this.#isCsv) {
      return this.#held.length >= BYTE_ORDER_MARK.length || isLast;
    }
    const end = this.#held.findIndex((byte) => byte === LINE_FEED || byte === CARRIAGE_RETURN);
    const isReturn = this.#held[end] === CARRIAGE_RETURN;
    if (!isLast && (end < 0 || (isReturn && end + 1 === this.#held.length))) {
      return false;
    }
    const isPair = isReturn && this.#held[end + 1] === LINE_FEED;
    this.#lineEnd = isReturn && !isPair ? CARRIAGE_RETURN : LINE_FEED;
    const header = end < 0 ? this.#held : this.#held.subarray(0, end);
    this.#columns = header.length === 0 && isLast ? [] : columnsOf(header.toString());
    this.#drop(end < 0 ? header.length : end + (isPair ? 2 : 1), 1);
    return true;
  }

  #passOver(): void {
    let from = 0;
    let lines = 0;
    while (this.#linesBefore + lines < this.#linesDone) {
      const end = this.#held.indexOf(this.#lineEnd, from);
      if (end < 0) {
        break;
      }
      from = end + 1;
      lines += 1;
    }
    if (lines > 0) {
      this.#drop(from, lines);
    }
  }

  /** Finds where records end in what was not looked through yet. */
  #look(): void {
    if (this.#linesBefore < this.#linesDone) {
      return;
    }
    const held = this.#held;
    let end = held.indexOf(this.#lineEnd, this.#seenBytes);
    let quote = this.#isCsv ? held.indexOf(QUOTE, this.#seenBytes) : -1;
    while (end >= 0 || quote >= 0) {
      if (quote >= 0 && (end < 0 || quote < end)) {
        this.#isQuoted = !this.#isQuoted;
        quote = held.indexOf(QUOTE, quote + 1);
        continue;
      }
      this.#seenLines += 1;
      if (!this.#isQuoted) {
        this.wholeBytes = end + 1;
        this.#wholeLines = this.#seenLines;
      }
      end = held.indexOf(this.#lineEnd, end + 1);
    }
    this.#seenBytes = held.length;
  }

  #drop(bytes: number, lines: number): void {
    this.#held = this.#held.subarray(bytes);
    this.#bytesBefore += bytes;
    this.#linesBefore += lines;
    this.#seenBytes = Math.max(0, this.#seenBytes - bytes);
    this.#seenLines = Math.max(0, this.#seenLines - lines);
    this.wholeBytes = 0;
    this.#wholeLines = 0;
  }
}
