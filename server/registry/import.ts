import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { VarcoError } from '../../shared/errors.ts';
import { type CutBlock, cutBlocks } from './import-blocks.ts';
import type { ImportFormat } from './import-records.ts';
import type { RowProblem } from './intake-batch.ts';
import type { PreparedBlock, PreparedPerson, Reject } from './prepare.ts';
import { PreparePool } from './prepare-threads.ts';
import type { Registry } from './registry.ts';

/** Lines in one transaction, about: the last block goes in whole. A server's writes wait so long. */
const BATCH_LINES = 4000;
/** Blocks that are read and not written yet: a batch that is being written, and the next one. */
const BLOCKS_AHEAD = 16;

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
  /** Threads beside this one; by default as many as there are other processors, at most three. */
  threads?: number;
  onReject(reject: Reject): void | Promise<void>;
  onProgress?(counts: ImportCounts): void;
}

/**
 * Takes a file in, streaming: a bad row is reported and never stops the rest; each batch is one
 * transaction that also notes how far it got. Other threads read and check what comes next meanwhile.
 *
 * @throws VarcoError `importUnreadable` (not of its format from some line on), `importFailed`, or what the
 * store throws; what was taken in before stays, and the same call goes on from there.
 */
export async function importFile(
  registry: Registry,
  input: Readable,
  options: ImportOptions,
): Promise<ImportCounts> {
  const { fingerprint, dryRun } = options;
  const linesDone = fingerprint && !dryRun ? await registry.importedLines(fingerprint) : 0;
  const batches = new Batches(registry, options, linesDone);
  const preparers = new PreparePool(options.threads);
  const ahead: { cut: CutBlock; prepared: Promise<PreparedBlock> }[] = [];
  const settle = async (blocksLeft: number) => {
    while (ahead.length > blocksLeft) {
      const { cut, prepared } = ahead.shift() as (typeof ahead)[number];
      await batches.add(cut, await prepared);
    }
  };
  const blocks = cutBlocks(input, options.format, linesDone);
  let unread: { error: unknown } | undefined;
  const next = async () => {
    try {
      const { value } = await blocks.next();
      return value as CutBlock | undefined;
    } catch (error) {
      // What was read before it is taken in yet.
      unread = { error };
      return undefined;
    }
  };
  try {
    for (let cut = await next(); cut; cut = await next()) {
      const prepared = preparers.prepare(cut, registry.today());
      // Whoever waits for it hears of a fault, later perhaps.
      prepared.catch(() => undefined);
      ahead.push({ cut, prepared });
      await settle(BLOCKS_AHEAD);
    }
    await settle(0);
    await batches.flush();
    if (unread) {
      throw unread.error;
    }
    return batches.counts;
  } finally {
    await blocks.return(undefined);
    await preparers.close();
  }
}

/** Gathers prepared blocks, in their order, into transactions. */
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
      for (const { line, problem } of result.rejected) {
        rejects.push({ line, reason: problemWords[problem] });
      }
    }
    for (const reject of rejects.sort((a, b) => a.line - b.line)) {
      counts.rejected += 1;
      await onReject(reject);
    }
    onProgress?.(counts);
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
