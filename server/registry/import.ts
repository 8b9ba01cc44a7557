import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { VarcoError } from '../../shared/errors.ts';
import { type CutBlock, cutBlocks } from './import-blocks.ts';
import type { ImportFormat } from './import-records.ts';
import type { PreparedBlock, PreparedPerson, Reject } from './prepare.ts';
import { PreparePool } from './prepare-threads.ts';
import type { Registry } from './registry.ts';

/** Lines per transaction, rounded up to whole blocks. A server's own writes wait this long. */
const BATCH_LINES = 4000;
/** Blocks read but not yet written: the batch being written and the next one. */
const BLOCKS_AHEAD = 16;

/** Progress of an import. */
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
  /**
   * Identifies the file (see {@link fingerprintOf}), so that the lines that an interrupted import of it got
   * through are skipped. A file that was imported to its end is read again: that heals what is stored.
   */
  fingerprint?: string;
  /** Worker threads; by default one for each other processor, at most three. */
  threads?: number;
  onReject(reject: Reject): void | Promise<void>;
  onProgress?(counts: ImportCounts): void;
}

/**
 * Imports a file as a stream. A bad row is reported and never stops the others; each batch is one
 * transaction that also records the progress, while worker threads parse and check what comes next.
 *
 * @throws VarcoError `importUnreadable` (a line is not in the given format), `importFailed`, or what the
 * store throws. What was imported before stays, and the same call resumes from there.
 */
export async function importFile(
  registry: Registry,
  input: Readable,
  options: ImportOptions,
): Promise<ImportCounts> {
  const { fingerprint, dryRun } = options;
  const linesDone = fingerprint && !dryRun ? await registry.importedLines(fingerprint) : 0;
  const batches = new Batches(registry, options, linesDone);
  const preparePool = new PreparePool(options.threads);
  const ahead: { cut: CutBlock; prepared: Promise<PreparedBlock> }[] = [];
  const writeAhead = async (blocksLeft: number) => {
    while (ahead.length > blocksLeft) {
      const [block] = ahead.splice(0, 1);
      if (block) {
        await batches.add(block.cut, await block.prepared);
      }
    }
  };
  const blocks = cutBlocks(input, options.format, linesDone);
  let readFailure: { error: unknown } | undefined;
  const nextBlock = async (): Promise<CutBlock | undefined> => {
    try {
      const next = await blocks.next();
      return next.done ? undefined : next.value;
    } catch (error) {
      // Thrown at the end, once the blocks before it are written.
      readFailure = { error };
      return undefined;
    }
  };
  try {
    for (let cut = await nextBlock(); cut; cut = await nextBlock()) {
      const prepared = preparePool.prepare(cut, registry.today());
      // Awaited later: until then a rejection must not count as unhandled.
      prepared.catch(() => undefined);
      ahead.push({ cut, prepared });
      await writeAhead(BLOCKS_AHEAD);
    }
    await writeAhead(0);
    await batches.flush();
    if (readFailure) {
      throw readFailure.error;
    }
    if (fingerprint && !dryRun) {
      await registry.endImport(fingerprint);
    }
    return batches.counts;
  } finally {
    await blocks.return(undefined);
    await preparePool.close();
  }
}

/** Collects prepared blocks, in order, into transactions. */
class Batches {
  readonly counts: ImportCounts = {
    lines: 0,
    bytes: 0,
    verbali: 0,
    unchanged: 0,
    rejected: 0,
    statusChanges: 0,
  };
  readonly #registry: Registry;
  readonly #options: ImportOptions;
  #people: PreparedPerson[] = [];
  #rejects: Reject[] = [];
  #today = '';
  #lines = 0;

  constructor(registry: Registry, options: ImportOptions, linesDone: number) {
    this.#registry = registry;
    this.#options = options;
    this.counts.lines = linesDone;
  }

  async add(cut: CutBlock, { people, rejects, today, unreadable }: PreparedBlock): Promise<void> {
    if (today !== this.#today) {
      await this.flush();
      this.#today = today;
    }
    this.#people = this.#people.concat(people);
    this.#rejects = this.#rejects.concat(rejects);
    if (unreadable !== undefined) {
      await this.flush();
      throw new VarcoError('importUnreadable', unreadable);
    }
    this.#lines += cut.linesRead - this.counts.lines;
    this.counts.lines = cut.linesRead;
    this.counts.bytes = cut.bytesRead;
    if (this.#lines >= BATCH_LINES) {
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    const { counts } = this;
    const { fingerprint, dryRun, onReject, onProgress } = this.#options;
    const [people, rejects] = [this.#people, this.#rejects];
    this.#people = [];
    this.#rejects = [];
    this.#lines = 0;
    if (people.length === 0 && rejects.length === 0) {
      return;
    }
    if (!dryRun) {
      const { lines, bytes } = counts;
      const progress = { fingerprint, lines, bytes };
      const rows = { people, today: this.#today };
      const result = await this.#registry.importPrepared(rows, progress);
      counts.verbali += result.verbali;
      counts.unchanged += result.unchanged;
      counts.statusChanges += result.statusChanges;
      for (const { line, reason } of result.rejected) {
        rejects.push({ line, reason });
      }
    }
    for (const reject of rejects.sort((a, b) => a.line - b.line)) {
      counts.rejected += 1;
      await onReject(reject);
    }
    onProgress?.(counts);
  }
}

/** Identifies a file whatever its name: SHA-256 of its format and content. */
export async function fingerprintOf(input: Readable, format: ImportFormat): Promise<string> {
  const hash = createHash('sha256').update(`${format}\n`);
  await pipeline(input, hash);
  return hash.digest('hex');
}
