import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PRIVACY_VERSION } from '../../server/credential/eligibility.ts';
import { importColumns } from '../../server/registry/columns.ts';
import { fingerprintOf, type ImportCounts, importFile } from '../../server/registry/import.ts';
import type { ImportFormat } from '../../server/registry/import-records.ts';
import type { Reject } from '../../server/registry/prepare.ts';
import { samplePopulation } from '../../server/registry/sample.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { openOwnerOnly } from '../launch/owner-only-file.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

const PERSONS_MAX = 100_000_000;
const EXIT_REJECTS = 3;

/** `varco registry`: imports persons and verbali, and makes up samples of them. */
export function registryCommand(): Command {
  return new Command('registry')
    .description('persons and verbali')
    .addCommand(importCommand())
    .addCommand(sampleCommand());
}

interface ImportCommandOptions {
  config: string;
  format?: ImportFormat;
  dryRun?: boolean;
  rejects?: string;
  json?: boolean;
}

function importCommand(): Command {
  return new Command('import')
    .description('import a file; bad rows go to the reject file and do not stop the import')
    .argument('<file>', 'NDJSON or CSV; - for standard input')
    .addOption(configOption())
    .addOption(
      new Option('--format <format>', 'by default, from the name of the file').choices([
        'ndjson',
        'csv',
      ]),
    )
    .option('--dry-run', 'check every row and write nothing')
    .option(
      '--rejects <file>',
      'where bad rows go, with line and reason; default FILE.rejects.ndjson',
    )
    .option('--json', 'the counts as one JSON object')
    .addHelpText(
      'after',
      `
Columns and fields: ${importColumns.join(', ')}.
A row without a protocol adds only a person. Importing the same file again resumes an interrupted import;
from standard input, rows that were imported before change nothing.
Exit 3 when rows were rejected.`,
    )
    .action((file: string, options: ImportCommandOptions) => runImport(file, options));
}

async function runImport(file: string, options: ImportCommandOptions): Promise<void> {
  const fromInput = file === '-';
  const format = options.format ?? (file.toLowerCase().endsWith('.csv') ? 'csv' : 'ndjson');
  const size = fromInput ? undefined : await sizeOf(file);
  const rejects = new RejectFile(
    options.rejects ?? (fromInput ? 'import.rejects.ndjson' : `${file}.rejects.ndjson`),
  );
  const startedAt = performance.now();
  const counts = await withApp(options.config, async ({ app }) => {
    const resume = fromInput
      ? {}
      : { fingerprint: await fingerprintOf(createReadStream(file), format) };
    const bar = process.stderr.isTTY;
    try {
      return await importFile(app.registry, fromInput ? process.stdin : createReadStream(file), {
        format,
        dryRun: options.dryRun ?? false,
        ...resume,
        onReject: (reject) => rejects.write(reject),
        onProgress: (progress) => bar && drawBar(progress, size, startedAt),
      });
    } finally {
      await rejects.close();
      process.stderr.write(bar ? '\n' : '');
    }
  });
  const { lines, verbali, unchanged, rejected, statusChanges } = counts;
  printLine(
    options.json
      ? JSON.stringify({ lines, verbali, unchanged, rejected, statusChanges })
      : `${lines} lines: ${verbali} verbali imported, ${unchanged} known already, ` +
          `${rejected} rejected, ${statusChanges} status changes`,
  );
  if (rejected > 0) {
    process.stderr.write(`rejected rows: ${rejects.path}\n`);
    process.exitCode = EXIT_REJECTS;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new VarcoError('fileUnreadable', `${file} can't be read (${errorCode(error)})`);
  }
}

/** Created at the first reject, and readable only by its owner even though it quotes no row. */
class RejectFile {
  readonly path: string;
  #file: FileHandle | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async write(reject: Reject): Promise<void> {
    this.#file ??= await openOwnerOnly(this.path, 'w');
    await this.#file.write(`${JSON.stringify(reject)}\n`);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

const BAR_CHARACTERS = 24;

function drawBar(counts: ImportCounts, size: number | undefined, startedAt: number): void {
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round(counts.lines / seconds).toLocaleString('en');
  if (size === undefined) {
    process.stderr.write(`\r${counts.lines} lines, ${rate}/s   `);
    return;
  }
  const part = Math.min(1, counts.bytes / size);
  const full = Math.round(part * BAR_CHARACTERS);
  const left = Math.ceil((seconds / part) * (1 - part));
  const bar = '#'.repeat(full).padEnd(BAR_CHARACTERS, '.');
  process.stderr.write(`\r[${bar}] ${Math.round(part * 100)} %  ${rate} rows/s  ${left} s left   `);
}

function sampleCommand(): Command {
  return new Command('sample')
    .description('print a made-up population as NDJSON; nobody in it is real')
    .requiredOption('--persons <number>', 'how many people', parseCount)
    .requiredOption('--seed <number>', 'the same seed gives the same people', parseCount)
    .action(async (options: { persons: number; seed: number }) => {
      const rows = samplePopulation({ ...options, privacyVersion: PRIVACY_VERSION });
      for (const row of rows) {
        if (!process.stdout.write(`${JSON.stringify(row)}\n`)) {
          await once(process.stdout, 'drain');
        }
      }
    });
}

function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) > PERSONS_MAX) {
    throw new InvalidArgumentError(`A whole number up to ${PERSONS_MAX}.`);
  }
  return Number(text);
}
