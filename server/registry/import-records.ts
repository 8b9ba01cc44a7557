import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { VarcoError } from '../../shared/errors.ts';
import { importColumns, requiredColumns } from './columns.ts';
import { NOT_JSON, TOO_MANY_FIELDS } from './record-check.ts';

export type ImportFormat = 'ndjson' | 'csv';

/** A part of a file that begins and ends at record boundaries. */
export interface Block {
  bytes: Uint8Array;
  /** Lines of the file before the block. */
  linesBefore: number;
  /** The column names of a CSV file; absent for NDJSON. */
  columns?: readonly string[] | undefined;
}

/** A record and the line of the file on which it ends. */
export interface NumberedRecord {
  line: number;
  record: unknown;
}

/** A longer record ends the import, since the file is hardly in the given format. Bytes of UTF-8. */
export const RECORD_BYTES_MAX = 65_536;

/**
 * Parses the records of a block. Pure.
 *
 * @throws VarcoError `importUnreadable` when a line is not valid CSV.
 */
export function recordsOf(block: Block): NumberedRecord[] {
  const text = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length);
  return block.columns
    ? csvRecords(text.toString(), block.columns, block.linesBefore)
    : ndjsonRecords(text.toString(), block.linesBefore);
}

function ndjsonRecords(text: string, linesBefore: number): NumberedRecord[] {
  const lines = text.split('\n');
  if (lines.at(-1)?.trim() === '') {
    lines.pop();
  }
  return lines.map((line, index) => ({ line: linesBefore + index + 1, record: parseJson(line) }));
}

function parseJson(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function csvRecords(
  text: string,
  columns: readonly string[],
  linesBefore: number,
): NumberedRecord[] {
  const rows = isPlain(text) ? splitLines(text, linesBefore) : readCsv(text, linesBefore);
  return rows.map(({ line, record }) => ({
    line,
    record: record.length > columns.length ? TOO_MANY_FIELDS : fromCsv(record, columns),
  }));
}

interface CsvRow {
  line: number;
  record: string[];
}

/** Whether a block has no quotes and usual line ends, so that splitting at commas is enough. */
function isPlain(text: string): boolean {
  return !(text.includes('"') || /\r(?!\n)/.test(text));
}

/** The same result as {@link readCsv} for a plain block, at a tenth of the cost. */
export function splitLines(text: string, linesBefore: number): CsvRow[] {
  const rows: CsvRow[] = [];
  for (const [index, ended] of text.split('\n').entries()) {
    const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    if (line !== '') {
      rows.push({ line: linesBefore + index + 1, record: line.split(',') });
    }
  }
  return rows;
}

/** @throws VarcoError `importUnreadable`. */
export function readCsv(text: string, linesBefore: number): CsvRow[] {
  try {
    const rows: CsvRow[] = [];
    parseCsv(text, {
      on_record: (record: string[], { lines }) => {
        rows.push({ line: linesBefore + lines, record });
      },
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: RECORD_BYTES_MAX,
      record_delimiter: text.includes('\n') ? ['\r\n', '\n'] : ['\r'],
    });
    return rows;
  } catch (error) {
    const lines = error instanceof CsvError && typeof error.lines === 'number' ? error.lines : 0;
    const message = `The file is not CSV any more at line ${linesBefore + lines}`;
    throw new VarcoError('importUnreadable', message, { cause: error });
  }
}

/**
 * Reads the column names in the first line of a CSV file.
 *
 * @throws VarcoError `importUnreadable` when one is unknown, repeated or missing.
 */
export function columnsOf(header: string): string[] {
  const names = readCsv(header, 0)[0]?.record ?? [];
  const known: readonly string[] = importColumns;
  const isGood =
    names.every((name, index) => known.includes(name) && names.indexOf(name) === index) &&
    requiredColumns.every((name) => names.includes(name));
  if (!isGood) {
    const message = `The first line must name the columns ${importColumns.join(', ')}`;
    throw new VarcoError('importUnreadable', message);
  }
  return names;
}

/** CSV has only text: an empty field means absent, and four columns are converted. */
function fromCsv(record: readonly string[], columns: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [index, name] of columns.entries()) {
    const text = record[index] ?? '';
    if (text !== '') {
      fields[name] = fieldOf(name, text);
    }
  }
  return fields;
}

function fieldOf(name: string, text: string): unknown {
  switch (name) {
    case 'percentage':
    case 'version':
      return /^\d{1,4}$/.test(text) ? Number(text) : text;
    case 'accompagnamento':
      return text === 'true' || (text === 'false' ? false : text);
    case 'fiscalBenefits':
      return text.trim().split(/\s+/);
    default:
      return text;
  }
}
