/**
 * The registry: import rate, bytes per person, and what one look-up by codice fiscale costs as the number
 * of persons grows. `npm run bench -- registry [PERSONS…]`; without numbers 1e5 and 1e6, since 1e7 takes
 * minutes to fill and some 4 GB.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { pino } from 'pino';
import { createApp } from '../../server/app.ts';
import { generateKeyringFile, Keyring } from '../../server/credential/keyring.ts';
import { importFile } from '../../server/registry/import.ts';
import { samplePopulation } from '../../server/registry/sample.ts';
import { openStore } from '../../server/store/open.ts';
import type { BulkInsert, Lookup, Store } from '../../server/store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import type { BenchContext } from './context.ts';

const IMPORT_PERSONS = 20_000;
const LOOKUPS = 20_000;
const FILL_ROWS = 100_000;
const IMPORT_GOAL = 20_000;
const GROWTH_GOAL = 1.3;

const personsByMac: Lookup = {
  head: 'select id, code_mac, status from person where code_mac',
  keyType: 'text',
  isUnique: true,
};

export async function run(context: BenchContext): Promise<void> {
  const sizes = context.args.length > 0 ? context.args.map(Number) : [100_000, 1_000_000];
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  try {
    await benchImport(context, join(folder, 'import.db'));
    await benchLookups(context, join(folder, 'lookup.db'), sizes);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function benchImport(context: BenchContext, path: string): Promise<void> {
  const store = await openStore(`sqlite:${path}`);
  const keyring = new Keyring(generateKeyringFile(0));
  const log = pino({ level: 'silent' });
  const clock = systemClock;
  const app = createApp({ store, keyring, clock, log, node: 'bench', host: 'bench.example' });
  await app.start();
  const people = samplePopulation({ persons: IMPORT_PERSONS, seed: 1, privacyVersion: '2026-01' });
  const file = Buffer.from([...people].map((row) => JSON.stringify(row)).join('\n'));
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const input = Readable.from([file]);
  const { verbali } = await importFile(app.registry, input, { format: 'ndjson', onReject() {} });
  const { user, system } = process.cpuUsage(cpu);
  const rate = verbali / ((performance.now() - startedAt) / 1000);
  context.report({
    metric: 'import rate',
    value: rate,
    unit: 'verbali/s',
    goal: `≥ ${IMPORT_GOAL}`,
    met: rate >= IMPORT_GOAL,
  });
  context.report({ metric: 'import CPU', value: (user + system) / verbali, unit: 'µs/verbale' });
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
  const bytes = (await stat(path)).size / IMPORT_PERSONS;
  context.report({ metric: 'bytes per person, with verbali', value: bytes, unit: 'B' });
  await app.stop();
  await store.close();
}

/** Grows one table and asks for rows at random, spread over all that are there. */
async function benchLookups(
  context: BenchContext,
  path: string,
  sizes: readonly number[],
): Promise<void> {
  const store = await openStore(`sqlite:${path}`);
  const parts: [from: number, to: number][] = [];
  let smallest: number | undefined;
  for (const size of [...sizes].sort((a, b) => a - b)) {
    const part: [number, number] = [parts.at(-1)?.[1] ?? 0, size];
    await fill(store, ...part);
    parts.push(part);
    await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
    const micros = await timeLookups(store, parts);
    smallest ??= micros;
    const ratio = micros / smallest;
    context.report({
      metric: `look-up at ${size.toLocaleString('en')} persons`,
      value: micros,
      unit: 'µs CPU',
      baseline: 'smallest',
      baselineValue: smallest,
      ratio,
      goal: `ratio ≤ ${GROWTH_GOAL}`,
      met: ratio <= GROWTH_GOAL,
    });
    context.report({ metric: `look-ups, ${size} persons`, value: 1e6 / micros, unit: '1/s' });
    const bytes = (await stat(path)).size / size;
    context.report({ metric: `bytes per person, ${size} persons`, value: bytes, unit: 'B' });
  }
  await store.close();
}

/**
 * Adds persons until there are `to`, with made-up macs, evenly spread like a real HMAC's and written in
 * their order: each page of the index is met once, so that 1e7 take minutes and not hours.
 */
async function fill(store: Store, from: number, to: number): Promise<void> {
  const box = Buffer.alloc(180, 1);
  const status = JSON.stringify({ invaliditaCivile: { giudizio: 'totale', percentage: 100 } });
  for (let done = from; done < to; done += FILL_ROWS) {
    const rows = Math.min(FILL_ROWS, to - done);
    await store.transaction((tx) =>
      store.insertMany(
        tx,
        fillPersons,
        Array.from({ length: rows }, (_, index) => {
          const mac = macOf([from, to], done + index);
          return [mac, box, 1, 1, status, 0];
        }),
      ),
    );
  }
}

const fillPersons: BulkInsert = {
  table: 'person',
  columns: {
    code_mac: 'text',
    identity_cipher: 'bytea',
    has_mobile: 'integer',
    has_email: 'integer',
    status: 'text',
    updated_at: 'bigint',
  },
};

async function timeLookups(store: Store, parts: readonly [number, number][]): Promise<number> {
  const size = parts.at(-1)?.[1] ?? 0;
  // A stride that is prime to the size walks the whole table without order; no key comes twice.
  const keysFrom = (first: number) =>
    Array.from({ length: LOOKUPS }, (_, index) => {
      const person = ((first + index) * 7_919_993) % size;
      return macOf(parts.find(([, to]) => person < to) ?? [0, size], person);
    });
  const look = (keys: string[]) => store.transaction((tx) => store.lookup(tx, personsByMac, keys));
  await look(keysFrom(0));
  const keys = keysFrom(LOOKUPS);
  const cpu = process.cpuUsage();
  const rows = await look(keys);
  const { user, system } = process.cpuUsage(cpu);
  if (rows.length !== LOOKUPS) {
    throw new Error('A look-up found nobody');
  }
  return (user + system) / LOOKUPS;
}

/** The mac of a person of one part: the parts' own are evenly spread, and none is another's. */
function macOf([from, to]: [number, number], person: number): string {
  const index = person - from;
  const spread = ((BigInt(index) << 64n) / BigInt(to - from)).toString(16).padStart(16, '0');
  const own = from.toString(16).padStart(8, '0') + index.toString(16).padStart(8, '0');
  return spread + own;
}
