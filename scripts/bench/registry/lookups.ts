import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { prepareBlock } from '../../../server/registry/prepare.ts';
import { samplePopulation } from '../../../server/registry/sample.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { BulkInsert, Store } from '../../../server/store/store.ts';
import { GateLookup } from '../../../server/verification/gate-lookup.ts';
import type { BenchContext } from '../harness/bench-context.ts';
import { atMost } from '../harness/goals.ts';
import { median } from '../harness/median.ts';

/** Look-ups per round, and before the first round. */
const LOOKUPS = 50_000;
const WARM_UP = 1_000_000;
const ROUNDS = 10;
/** Verifications per transaction when gates are busy. */
const GROUP = 50;
const FILL_ROWS = 100_000;
const GROWTH_GOAL = 1.3;
/** Average lengths in a sample of 100,000 persons. */
const BOX_BYTES = 182;
const STATUS_CHARACTERS = 207;
/** The statuses of this many sample persons are used over and over. */
const SAMPLE_PERSONS = 20_000;

/** A way to look up, in a database of one size. */
interface Subject {
  size: number;
  look(keys: readonly string[]): Promise<number> | number;
  close(): Promise<void> | void;
}

/** CPU time per look-up, in µs. */
interface Cost {
  /** While its pages have not been read before. */
  first: number;
  /** Of each round; the sizes take turns, so that a busy machine slows all of them alike. */
  rounds: number[];
}

/**
 * What a verification reads (`GateLookup`): the record of a random code with its person's; compared with
 * reading one row of one table by its text key, without our code.
 */
export async function benchLookups(
  context: BenchContext,
  folder: string,
  sizes: readonly number[],
): Promise<void> {
  const inOrder = [...sizes].sort((a, b) => a - b);
  for (const [name, write, open] of [
    ['look-up', fill, openOurs],
    ['bare table', fillBare, openBare],
  ] as const) {
    const subjects: Subject[] = [];
    for (const size of inOrder) {
      const path = join(folder, `${name.replace(' ', '-')}-${size}.db`);
      await filled(path, size, write);
      subjects.push(await open(path, size));
    }
    report(context, name, inOrder, await costs(subjects));
    for (const subject of subjects) {
      await subject.close();
    }
  }
  for (const size of inOrder) {
    const bytes = (await stat(join(folder, `look-up-${size}.db`))).size / size;
    const metric = `bytes per person with a code, ${size.toLocaleString('en')} persons`;
    context.report({ metric, value: bytes, unit: 'B' });
  }
}

function report(
  context: BenchContext,
  name: 'look-up' | 'bare table',
  sizes: readonly number[],
  all: readonly Cost[],
): void {
  const fewest = all[0]?.rounds ?? [];
  for (const [index, { first, rounds }] of all.entries()) {
    const persons = `${sizes[index]?.toLocaleString('en')} persons`;
    const ratio = median(rounds.map((cost, round) => cost / (fewest[round] ?? Number.NaN)));
    context.report({
      metric: `${name} among ${persons}`,
      value: median(rounds),
      unit: 'µs CPU',
      baseline: 'among the fewest',
      baselineValue: median(fewest),
      ratio,
      ...atMost(ratio, name === 'look-up' ? GROWTH_GOAL : undefined, `ratio ≤ ${GROWTH_GOAL}`),
    });
    context.report({ metric: `${name}, the first ones, ${persons}`, value: first, unit: 'µs CPU' });
  }
}

/** Creates and fills a database unless it exists; an interrupted run leaves none. */
async function filled(
  path: string,
  size: number,
  write: (path: string, size: number) => Promise<void> | void,
): Promise<string> {
  if (!existsSync(path)) {
    for (const end of ['', '-wal', '-shm']) {
      await rm(`${path}.part${end}`, { force: true });
    }
    await write(`${path}.part`, size);
    await rename(`${path}.part`, path);
  }
  return path;
}

/** Keys are evenly spread, like real ones, but inserted in order: 1e7 take minutes instead of hours. */
function keyOf(index: number, size: number): string {
  const spread = ((BigInt(index) << 64n) / BigInt(size)).toString(16).padStart(16, '0');
  return spread + index.toString(16).padStart(16, '0');
}

const persons: BulkInsert = {
  table: 'person',
  columns: {
    id: 'bigint',
    code_mac: 'text',
    identity_cipher: 'bytea',
    has_mobile: 'integer',
    has_email: 'integer',
    privacy_version: 'text',
    status: 'text',
    updated_at: 'bigint',
  },
};
const credentials: BulkInsert = {
  table: 'credential',
  columns: {
    id: 'text',
    person_id: 'bigint',
    kind: 'text',
    state: 'text',
    issued_at: 'bigint',
    companion: 'integer',
  },
};

async function fill(path: string, size: number): Promise<void> {
  const store = await openStore(`sqlite:${path}`);
  await sql`pragma synchronous = off`.execute(store.db);
  const box = Buffer.alloc(BOX_BYTES, 1);
  const statuses = sampleStatuses();
  for (let from = 0; from < size; from += FILL_ROWS) {
    const indexes = Array.from({ length: Math.min(FILL_ROWS, size - from) }, (_, at) => from + at);
    await store.transaction(async (tx) => {
      const rows = indexes.map((index) => {
        const status = statuses[index % statuses.length];
        return [index + 1, keyOf(index, size), box, 1, 1, '2026-01', status, Date.now()];
      });
      await store.insertMany(tx, persons, rows);
      const codes = indexes.map((index) => {
        return [keyOf(index, size), index + 1, 'status', 'live', Date.now(), 0];
      });
      await store.insertMany(tx, credentials, codes);
    });
  }
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
  await store.close();
}

/** What the fold says of each person of the sample. */
function sampleStatuses(): string[] {
  const rows = samplePopulation({ persons: SAMPLE_PERSONS, seed: 1, privacyVersion: '2026-01' });
  const text = [...rows].map((row) => `${JSON.stringify(row)}\n`).join('');
  const block = { bytes: Buffer.from(text), linesBefore: 0 };
  return prepareBlock(block, '2026-01-01').people.map(([, , , , , status]) => status);
}

function fillBare(path: string, size: number): void {
  const db = new Database(path);
  db.pragma('synchronous = off');
  db.exec('create table bare (id text primary key, body text not null)');
  const insert = db.prepare('insert into bare values (?, ?)');
  const body = 'x'.repeat(STATUS_CHARACTERS);
  for (let from = 0; from < size; from += FILL_ROWS) {
    db.transaction(() => {
      for (let index = from; index < Math.min(from + FILL_ROWS, size); index += 1) {
        insert.run(keyOf(index, size), body);
      }
    })();
  }
  db.pragma('journal_mode = wal');
  db.close();
}

/** Groups of keys in no order; no key comes twice before all have come. */
function* groups(size: number, first: number, count: number): Generator<string[]> {
  for (let done = 0; done < count; done += GROUP) {
    yield Array.from({ length: GROUP }, (_, at) =>
      keyOf(Number((BigInt(first + done + at) * 7_919_993n) % BigInt(size)), size),
    );
  }
}

async function openOurs(path: string, size: number): Promise<Subject> {
  const store: Store = await openStore(`sqlite:${path}`);
  const records = new GateLookup(store);
  return {
    size,
    async look(keys) {
      const found = await store.transaction((tx) => records.find(tx, keys, Date.now()));
      return keys.filter((key) => found.row(key).credential_id === key).length;
    },
    close: () => store.close(),
  };
}

function openBare(path: string, size: number): Subject {
  const db = new Database(path);
  db.pragma('cache_size = -4194304');
  db.pragma('mmap_size = 2147418112');
  const select = db.prepare('select body from bare where id = ?').raw();
  const begin = db.prepare('begin immediate');
  const commit = db.prepare('commit');
  return {
    size,
    look(keys) {
      begin.run();
      const rows = keys.map((key) => select.get(key));
      commit.run();
      return rows.filter(Boolean).length;
    },
    close: () => void db.close(),
  };
}

/** Measures the look-ups of the subjects, each after a long warm-up. */
async function costs(subjects: readonly Subject[]): Promise<Cost[]> {
  const all: Cost[] = [];
  for (const subject of subjects) {
    all.push({ first: await costOf(subject, 0), rounds: [] });
    for (let done = LOOKUPS; done < WARM_UP; done += LOOKUPS) {
      await costOf(subject, done);
    }
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      all[index]?.rounds.push(await costOf(subject, WARM_UP + round * LOOKUPS));
    }
  }
  return all;
}

async function costOf({ size, look }: Subject, from: number): Promise<number> {
  const all = [...groups(size, from, LOOKUPS)];
  const cpu = process.cpuUsage();
  let found = 0;
  for (const keys of all) {
    found += await look(keys);
  }
  const { user, system } = process.cpuUsage(cpu);
  if (found !== LOOKUPS) {
    throw new Error('A look-up found nobody');
  }
  return (user + system) / LOOKUPS;
}
