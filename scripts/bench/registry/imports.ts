import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { createApp } from '../../../server/app.ts';
import { PRIVACY_VERSION } from '../../../server/credential/eligibility.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import { importColumns } from '../../../server/registry/columns.ts';
import { importFile } from '../../../server/registry/import.ts';
import type { ImportFormat } from '../../../server/registry/import-records.ts';
import { type SampleRow, samplePopulation } from '../../../server/registry/sample.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { Store } from '../../../server/store/store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { startPostgres } from '../../launch/embedded-postgres.ts';
import type { BenchContext } from '../harness/bench-context.ts';
import { atLeast } from '../harness/goals.ts';
import { benchBeside } from './beside.ts';

/** As of `varco registry sample --persons 100000 --seed 1`: 174,000 lines, 64 MB. */
const PERSONS = 100_000;
const GOAL = 20_000;

/** Imports a file into an empty and into a full database, in both formats and with both engines. */
export async function benchImports(context: BenchContext, folder: string): Promise<void> {
  const ndjson = await write(join(folder, 'verbali.ndjson'), lines(JSON.stringify));
  const csv = await write(join(folder, 'verbali.csv'), lines(toCsv, importColumns.join()));
  const small = await write(join(folder, 'small.ndjson'), lines(JSON.stringify, '', 500));

  const path = join(folder, 'import.db');
  const store = await openStore(`sqlite:${path}`);
  // A first import compiles the code, which the rate is not to include.
  await importTo(store, small, 'ndjson');
  await report(context, 'import', store, ndjson, 'ndjson');
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
  const bytes = (await stat(path)).size / PERSONS;
  context.report({ metric: 'bytes per person, with verbali', value: bytes, unit: 'B' });
  await report(context, 'import again, nothing new', store, ndjson, 'ndjson');
  await store.close();

  const other = await openStore(`sqlite:${join(folder, 'csv.db')}`);
  await report(context, 'import of CSV', other, csv, 'csv');
  await other.close();
  const alone = await openStore(`sqlite:${join(folder, 'alone.db')}`);
  await report(context, 'import without threads', alone, ndjson, 'ndjson', 0);
  await alone.close();

  await benchBeside(context, join(folder, 'beside.db'), ndjson);

  const postgres = await startPostgres();
  const shared = await openStore(await postgres.createDatabase());
  await report(context, 'import, PostgreSQL', shared, ndjson, 'ndjson');
  await shared.close();
  await postgres.stop();
}

/** Flushed to the disk, so that the import does not have to wait for it. */
async function write(path: string, content: Iterable<string>): Promise<string> {
  await pipeline(Readable.from(content), createWriteStream(path, { flush: true }));
  return path;
}

function* lines(format: (row: SampleRow) => string, head = '', persons = PERSONS) {
  if (head !== '') {
    yield `${head}\n`;
  }
  for (const row of samplePopulation({ persons, seed: 1, privacyVersion: PRIVACY_VERSION })) {
    yield `${format(row)}\n`;
  }
}

function toCsv(row: SampleRow): string {
  return importColumns
    .map((name) => {
      const value = row[name] ?? '';
      return Array.isArray(value) ? value.join(' ') : String(value);
    })
    .join(',');
}

async function importTo(store: Store, file: string, format: ImportFormat, threads?: number) {
  const keyring = new Keyring(keyringFile);
  const log = pino({ level: 'silent' });
  const clock = systemClock;
  const app = createApp({ store, keyring, clock, log, node: 'bench', host: 'bench.example' });
  await app.start();
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const machine = machineCpu();
  const more = threads === undefined ? {} : { threads };
  const options = { format, onReject() {}, ...more };
  const { verbali, unchanged } = await importFile(app.registry, createReadStream(file), options);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = machineCpu();
  const busyMs = after.busyMs - machine.busyMs - (user + system) / 1000;
  const others = Math.max(0, busyMs / (after.allMs - machine.allMs));
  await app.stop();
  const count = verbali + unchanged;
  return { rate: count / seconds, micros: (user + system) / count, others };
}

/** Time of all processors since boot. */
function machineCpu(): { busyMs: number; allMs: number } {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += Object.values(times).reduce((sum, one) => sum + one, 0);
  }
  return { busyMs: all - idle, allMs: all };
}

const keyringFile = generateKeyringFile(0);

async function report(
  context: BenchContext,
  what: string,
  store: Store,
  file: string,
  format: ImportFormat,
  threads?: number,
): Promise<void> {
  const { rate, micros, others } = await importTo(store, file, format, threads);
  const goal = atLeast(rate, GOAL);
  context.report({ metric: `${what}: rate`, value: rate, unit: 'verbali/s', ...goal });
  context.report({ metric: `${what}: CPU, all threads`, value: micros, unit: 'µs/verbale' });
  // The rate is meaningful only if this is small; it includes PostgreSQL's own share.
  context.report({
    metric: `${what}: taken by other programs`,
    value: others,
    unit: 'of the machine',
  });
}
