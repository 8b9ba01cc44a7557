import { parse as parseCsv } from 'csv-parse/sync';
import { VarcoError } from '../../shared/errors.ts';
import { importColumns, requiredColumns } from './columns.ts';
import { NOT_JSON, TOO_MANY_FIELDS } from './record-check.ts';

export type ImportFormat = 'ndjson' | 'csv';

/** A piece of a file that begins and ends between records. */
export interface Block {
  bytes: Uint8Array;
  /** Lines of the file before it. */
  linesBefore: number;
  /** What the columns of a CSV file are called; absent of NDJSON. */
  columns?: readonly string[];
}

/** A record and the file's line it ends on. */
export interface NumberedRecord {
  line: number;
  record: unknown;
}

/** A longer record ends the import: the file is not of its format. Bytes of UTF-8. */
export const RECORD_BYTES_MAX = 65_536;

/**
 * The records of a block. Pure.
 *
 * @throws VarcoError `importUnreadable`: it is not CSV from some line on.
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

/** Whether a block has no quotes, and its lines end like most: then its commas are all that parts it. */
function isPlain(text: string): boolean {
  return !(text.includes('"') || /\r(?!\n)/.test(text));
}

/** What {@link readCsv} gives of a plain block, at a tenth of its cost. */
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
    const records = parseCsv(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: RECORD_BYTES_MAX,
      record_delimiter: text.includes('\n') ? ['\r\n', '\n'] : ['\r'],
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ line: linesBefore + info.lines, record }));
  } catch (error) {
    const line = linesBefore + ((error as { lines?: number }).lines ?? 0);
    const message = `The file is not CSV any more at line ${line}`;
    throw new VarcoError('importUnreadable', message, { cause: error });
  }
}

/**
 * The columns that a CSV file's first line names.
 *
 * @throws VarcoError `importUnreadable`.
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

/** CSV has only text: empty is absent, and three columns have a form of their own. */
function fromCsv(record: readonly string[], columns: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [index, text] of record.entries()) {
    const name = columns[index] as string;
    if (text !== '') {
      fields[name] = fieldOf(name, text);
    }
  }
  return fields;
}

function fieldOf(name: string, text: string): unknown {
  switch (name) {
    case 'percentage':
      return /^\d{1,3}$/.test(text) ? Number(text) : text;
    case 'accompagnamento':
      return text === 'true' || (text === 'false' ? false : text);
    case 'fiscalBenefits':
      return text.trim().split(/\s+/);
    default:
      return text;
  }
}
