import { VarcoError } from '../../shared/errors.ts';
import { type Block, columnsOf, type ImportFormat, RECORD_BYTES_MAX } from './import-records.ts';

/** Blocks are at least this large, except the last. */
const BLOCK_BYTES = 131_072;
const CHUNK_BYTES = 65_536;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A block with the position in the file where it ends. */
export interface CutBlock extends Block {
  /** Lines and bytes of the file up to the block's end. */
  linesRead: number;
  bytesRead: number;
}

/**
 * Cuts a file at record boundaries into blocks that can be parsed independently.
 *
 * A CSV record ends at a line end that has an even number of quotes before it (RFC 4180): a quoted field
 * has one at each end, and quotes inside it are doubled.
 *
 * @param linesDone lines to skip, because an earlier import already got that far.
 * @throws VarcoError `importUnreadable`, or whatever the input throws, after yielding the complete records
 * that come before.
 */
export async function* cutBlocks(
  input: AsyncIterable<Uint8Array | string>,
  format: ImportFormat,
  linesDone: number,
): AsyncGenerator<CutBlock> {
  const cutter = new BlockCutter(format === 'csv', linesDone);
  let failure: { error: unknown } | undefined;
  try {
    for await (const chunk of coalesce(input)) {
      cutter.add(chunk);
      if (cutter.completeBytes >= BLOCK_BYTES) {
        yield cutter.take();
      }
    }
    cutter.end();
  } catch (error) {
    failure = { error };
  }
  if (cutter.completeBytes > 0) {
    yield cutter.take();
  }
  if (failure) {
    throw failure.error;
  }
}

/** Joins small chunks into larger ones; when the input fails, yields what it has before rethrowing. */
async function* coalesce(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  const flush = () => {
    const all = Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
    return all;
  };
  let failure: { error: unknown } | undefined;
  try {
    for await (const chunk of input) {
      chunks.push(Buffer.from(chunk as Uint8Array));
      bytes += chunk.length;
      if (bytes >= CHUNK_BYTES) {
        yield flush();
      }
    }
  } catch (error) {
    failure = { error };
  }
  yield flush();
  if (failure) {
    throw failure.error;
  }
}

class BlockCutter {
  /** How many bytes of the buffer are complete records. */
  completeBytes = 0;
  readonly #isCsv: boolean;
  readonly #linesDone: number;
  #columns: readonly string[] | undefined;
  #isHeaderRead = false;
  #lineEnd = LINE_FEED;
  #buffer: Buffer = Buffer.alloc(0);
  /** How many bytes of the buffer were scanned, and the line ends found in them. */
  #scannedBytes = 0;
  #scannedLines = 0;
  #completeLines = 0;
  #isQuoted = false;
  #linesBefore = 0;
  #bytesBefore = 0;

  constructor(isCsv: boolean, linesDone: number) {
    this.#isCsv = isCsv;
    this.#linesDone = linesDone;
  }

  add(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    this.#isHeaderRead ||= this.#readHeader(false);
    if (this.#isHeaderRead) {
      this.#skipDone();
      this.#scan();
    }
    if (this.#buffer.length - this.completeBytes > RECORD_BYTES_MAX) {
      const line = this.#linesBefore + this.#completeLines + 1;
      throw new VarcoError('importUnreadable', `Line ${line} is too long for a record`);
    }
  }

  /** Ends the input; the last line may lack a line end. */
  end(): void {
    this.#isHeaderRead ||= this.#readHeader(true);
    const rest = this.#buffer.subarray(this.completeBytes);
    if (this.#linesBefore >= this.#linesDone && rest.toString('latin1').trim() !== '') {
      this.completeBytes = this.#buffer.length;
      this.#completeLines = this.#scannedLines + 1;
    }
  }

  /** Removes the complete records from the buffer and returns them. */
  take(): CutBlock {
    // A copy, because its memory may be transferred to another thread.
    const bytes = new Uint8Array(this.#buffer.subarray(0, this.completeBytes));
    const linesBefore = this.#linesBefore;
    this.#drop(this.completeBytes, this.#completeLines);
    return {
      bytes,
      linesBefore,
      columns: this.#columns,
      linesRead: this.#linesBefore,
      bytesRead: this.#bytesBefore,
    };
  }

  /** Reads the byte order mark and the CSV header; false while more input is needed for that. */
  #readHeader(isLast: boolean): boolean {
    if (this.#bytesBefore === 0 && this.#buffer.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
      this.#drop(3, 0);
    }
    if (!this.#isCsv) {
      return this.#buffer.length >= BYTE_ORDER_MARK.length || isLast;
    }
    const end = this.#buffer.findIndex((byte) => byte === LINE_FEED || byte === CARRIAGE_RETURN);
    const isReturn = this.#buffer[end] === CARRIAGE_RETURN;
    if (!isLast && (end < 0 || (isReturn && end + 1 === this.#buffer.length))) {
      return false;
    }
    const isPair = isReturn && this.#buffer[end + 1] === LINE_FEED;
    this.#lineEnd = isReturn && !isPair ? CARRIAGE_RETURN : LINE_FEED;
    const header = end < 0 ? this.#buffer : this.#buffer.subarray(0, end);
    this.#columns = header.length === 0 && isLast ? [] : columnsOf(header.toString());
    this.#drop(end < 0 ? header.length : end + (isPair ? 2 : 1), 1);
    return true;
  }

  /** Skips the lines that an earlier import already wrote. */
  #skipDone(): void {
    let from = 0;
    let lines = 0;
    while (this.#linesBefore + lines < this.#linesDone) {
      const end = this.#buffer.indexOf(this.#lineEnd, from);
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

  /** Finds the record ends in the part of the buffer that was not scanned yet. */
  #scan(): void {
    if (this.#linesBefore < this.#linesDone) {
      return;
    }
    const buffer = this.#buffer;
    let end = buffer.indexOf(this.#lineEnd, this.#scannedBytes);
    let quote = this.#isCsv ? buffer.indexOf(QUOTE, this.#scannedBytes) : -1;
    while (end >= 0 || quote >= 0) {
      if (quote >= 0 && (end < 0 || quote < end)) {
        this.#isQuoted = !this.#isQuoted;
        quote = buffer.indexOf(QUOTE, quote + 1);
        continue;
      }
      this.#scannedLines += 1;
      if (!this.#isQuoted) {
        this.completeBytes = end + 1;
        this.#completeLines = this.#scannedLines;
      }
      end = buffer.indexOf(this.#lineEnd, end + 1);
    }
    this.#scannedBytes = buffer.length;
  }

  #drop(bytes: number, lines: number): void {
    this.#buffer = this.#buffer.subarray(bytes);
    this.#bytesBefore += bytes;
    this.#linesBefore += lines;
    this.#scannedBytes = Math.max(0, this.#scannedBytes - bytes);
    this.#scannedLines = Math.max(0, this.#scannedLines - lines);
    this.completeBytes = 0;
    this.#completeLines = 0;
  }
}
