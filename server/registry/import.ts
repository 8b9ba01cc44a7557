import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse as parseCsv } from 'csv-parse';
import { VarcoError } from '../../shared/errors.ts';
import type { RegistryRow, RowProblem } from './intake.ts';
import { personSchema } from './person.ts';
import type { Registry } from './registry.ts';
import { verbaleSchema } from './verbale.ts';

export type ImportFormat = 'ndjson' | 'csv';

/** Rows in one transaction. */
const BATCH_ROWS = 1000;
/** A longer line ends the import of an NDJSON file: it is not one. */
const LINE_CHARACTERS_MAX = 65_536;

/**
 * The columns of a CSV file and the fields of an NDJSON line; the first three are required. A row
 * without `protocol` brings a person and no verbale. In CSV, `fiscalBenefits` are separated by blanks
 * and `accompagnamento` is `true` or `false`.
 */
export const importColumns = [
  'codiceFiscale',
  'name',
  'birthDate',
  'mobile',
  'email',
  'privacyVersion',
  'protocol',
  'kind',
  'area',
  'giudizio',
  'text',
  'percentage',
  'accompagnamento',
  'revisionOn',
  'fiscalBenefits',
  'state',
  'definitiveOn',
  'annuls',
  'restores',
] as const;
const personColumns: ReadonlySet<string> = new Set(importColumns.slice(0, 6));

/** A row that was not taken in. `reason` names fields and never their values. */
export interface Reject {
  line: number;
  reason: string;
}

/** How far an import is. */
export interface ImportCounts {
  lines: number;
  bytes: number;
  verbali: number;
  unchanged: number;
  rejected: number;
  statusChanges: number;
}

export interface ImportOptions {
  format: ImportFormat;
  /** Checks every row and writes nothing. */
  dryRun?: boolean;
  /** Which file it is (see {@link fingerprintOf}): lines already taken in are passed over. */
  fingerprint?: string;
  onReject(reject: Reject): void | Promise<void>;
  onProgress?(counts: ImportCounts): void;
}

type Line = { line: number; row: RegistryRow } | { line: number; reason: string };

/**
 * Takes a file in, streaming: a bad row is reported and never stops the rest; each batch is one
 * transaction that also notes how far it got.
 *
 * @throws VarcoError `importUnreadable` (not of its format from some line on), or what the store throws;
 * what was taken in before stays, and the same call goes on from there.
 */
export async function importFile(
  registry: Registry,
  input: Readable,
  options: ImportOptions,
): Promise<ImportCounts> {
  const { fingerprint, dryRun = false } = options;
  const resumed = fingerprint && !dryRun ? await registry.importedLines(fingerprint) : 0;
  const counts = { lines: 0, bytes: 0, verbali: 0, unchanged: 0, rejected: 0, statusChanges: 0 };
  const counted = countBytes(input, counts);
  const records = options.format === 'csv' ? csvRecords(counted) : ndjsonRecords(counted);
  let batch: Line[] = [];
  const flush = async () => {
    const { lines, bytes } = counts;
    const progress = fingerprint ? { fingerprint, lines, bytes } : undefined;
    const taken = batch;
    batch = [];
    await takeBatch(registry, taken, counts, { ...options, dryRun, progress });
    options.onProgress?.(counts);
  };
  const check = checker();
  for await (const several of records) {
    for (const { line, record } of several) {
      counts.lines = line;
      if (line <= resumed) {
        continue;
      }
      batch.push(check(line, record));
      if (batch.length >= BATCH_ROWS) {
        await flush();
      }
    }
  }
  await flush();
  return counts;
}

async function takeBatch(
  registry: Registry,
  batch: readonly Line[],
  counts: ImportCounts,
  options: ImportOptions & { progress?: Parameters<Registry['importRows']>[1] },
): Promise<void> {
  const rejects: Reject[] = [];
  const rows: RegistryRow[] = [];
  const lines: number[] = [];
  for (const one of batch) {
    if ('row' in one) {
      rows.push(one.row);
      lines.push(one.line);
    } else {
      rejects.push(one);
    }
  }
  if (!options.dryRun && batch.length > 0) {
    const result = await registry.importRows(rows, options.progress);
    counts.verbali += result.verbali;
    counts.unchanged += result.unchanged;
    counts.statusChanges += result.statusChanges;
    for (const { index, problem } of result.rejected) {
      rejects.push({ line: lines[index] ?? 0, reason: problemWords[problem] });
    }
  }
  for (const reject of rejects.sort((a, b) => a.line - b.line)) {
    counts.rejected += 1;
    await options.onReject(reject);
  }
}

const problemWords: Record<RowProblem, string> = {
  protocolOfAnother: 'protocol: belongs to another person',
  conflictingContent: 'protocol: is known with other content in the same state',
};

/** Which file it is, whatever its name: SHA-256 of its content and its format. */
export async function fingerprintOf(input: Readable, format: ImportFormat): Promise<string> {
  const hash = createHash('sha256').update(`${format}\n`);
  await pipeline(input, hash);
  return hash.digest('hex');
}

async function* countBytes(input: Readable, counts: ImportCounts): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    const data = Buffer.from(chunk);
    counts.bytes += data.length;
    yield data;
  }
}

interface NumberedRecord {
  line: number;
  record: unknown;
}

const NOT_JSON = Symbol('not JSON');

/** The records of one piece of the file; each is parsed when it is asked for. */
type Records = AsyncGenerator<Iterable<NumberedRecord>>;

async function* ndjsonRecords(input: AsyncIterable<Buffer>): Records {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield parseLines(lines, line);
    line += lines.length;
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new VarcoError('importUnreadable', `Line ${line + 1} is too long for NDJSON`);
    }
  }
  if (rest.trim() !== '') {
    yield parseLines([rest], line);
  }
}

function* parseLines(lines: readonly string[], before: number): Generator<NumberedRecord> {
  let line = before;
  for (const text of lines) {
    line += 1;
    yield { line, record: parseJson(text) };
  }
}

function parseJson(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

async function* csvRecords(input: AsyncIterable<Buffer>): Records {
  const parser = parseCsv({
    columns: (names: string[]) => checkColumns(names),
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LINE_CHARACTERS_MAX,
  });
  const fed = pipeline(input, parser).catch((error: unknown) => error);
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      yield [{ line: info.lines, record: fromCsv(record) }];
    }
  } catch (error) {
    await fed;
    if (error instanceof VarcoError) {
      throw error;
    }
    const line = (error as { lines?: number }).lines ?? 0;
    const message = `The file is not CSV any more at line ${line}`;
    throw new VarcoError('importUnreadable', message, { cause: error });
  }
}

interface CsvRecord {
  record: Record<string, string>;
  info: { lines: number };
}

function checkColumns(names: string[]): string[] {
  const known: readonly string[] = importColumns;
  const unknown = names.filter((name) => !known.includes(name));
  const missing = importColumns.slice(0, 3).filter((name) => !names.includes(name));
  if (unknown.length > 0 || missing.length > 0) {
    const message = `The first line must name the columns ${importColumns.join(', ')}`;
    throw new VarcoError('importUnreadable', message);
  }
  return names;
}

/** CSV has only text: empty is absent, and three columns have a form of their own. */
function fromCsv(record: Record<string, string>): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(record)) {
    if (text === '') {
      continue;
    }
    switch (name) {
      case 'percentage':
        fields[name] = /^\d{1,3}$/.test(text) ? Number(text) : text;
        break;
      case 'accompagnamento':
        fields[name] = text === 'true' || (text === 'false' ? false : text);
        break;
      case 'fiscalBenefits':
        fields[name] = text.trim().split(/\s+/);
        break;
      default:
        fields[name] = text;
    }
  }
  return fields;
}

/** Checks records in turn; a person who stands in several rows behind each other is checked once. */
function checker(): (line: number, record: unknown) => Line {
  let fields: Record<string, unknown> = {};
  let checked = personSchema.safeParse(fields);
  return (line, record) => {
    if (record === NOT_JSON || record === undefined) {
      return { line, reason: record === undefined ? 'the line is empty' : 'the line is not JSON' };
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return { line, reason: 'the line is not a JSON object' };
    }
    const personFields: Record<string, unknown> = {};
    const verbaleFields: Record<string, unknown> = {};
    let bringsVerbale = false;
    for (const name of Object.keys(record)) {
      const value = (record as Record<string, unknown>)[name];
      if (personColumns.has(name)) {
        personFields[name] = value;
      } else {
        verbaleFields[name] = value;
        bringsVerbale = true;
      }
    }
    if (!samePersonFields(fields, personFields)) {
      fields = personFields;
      checked = personSchema.safeParse(fields);
    }
    const person = checked;
    const verbale = bringsVerbale ? verbaleSchema.safeParse(verbaleFields) : undefined;
    if (!person.success || (verbale && !verbale.success)) {
      const issues = [...(person.error?.issues ?? []), ...(verbale?.error?.issues ?? [])];
      const reasons = issues.map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`);
      return { line, reason: reasons.join('; ') };
    }
    return { line, row: { person: person.data, ...(verbale ? { verbale: verbale.data } : {}) } };
  };
}

function samePersonFields(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const name of personColumns) {
    if (a[name] !== b[name]) {
      return false;
    }
  }
  return true;
}
