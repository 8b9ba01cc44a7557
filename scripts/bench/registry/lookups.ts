import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { openStore } from '../../../server/store/open.ts';
import type { BulkInsert, Store } from '../../../server/store/store.ts';
import { findAll } from '../../../server/verification/recognition.ts';
import type { BenchContext } from '../context.ts';

/** Look-ups that are timed, after as many as a server has done a while after its start. */
const LOOKUPS = 50_000;
const WARM_UP = 1_000_000;
/** Verifications that share a transaction when gates are busy. */
const GROUP = 50;
const FILL_ROWS = 100_000;
const GROWTH_GOAL = 1.3;
/** Lengths as they are on average in a sample of 100,000 persons. */
const BOX_BYTES = 182;
const STATUS_CHARACTERS = 207;

interface Cost {
  /** µs of CPU for a look-up: of pages that were never read, and later. */
  first: number;
  later: number;
}

/**
 * What a verification reads (`findAll`): a code's record and its person's, for codes at random among all
 * that are there; beside it, in the same run, one row of one table by its text key and nothing of ours.
 */
export async function benchLookups(
  context: BenchContext,
  folder: string,
  sizes: readonly number[],
): Promise<void> {
  let smallest: { ours: Cost; bare: Cost } | undefined;
  for (const size of [...sizes].sort((a, b) => a - b)) {
    const path = await filled(join(folder, `lookup-${size}.db`), size, fill);
    const ours = await costOfOurs(path, size);
    const bare = await costOfBare(
      await filled(join(folder, `bare-${size}.db`), size, fillBare),
      size,
    );
    smallest ??= { ours, bare };
    const persons = `${size.toLocaleString('en')} persons`;
    const ratio = ours.later / smallest.ours.later;
    context.report({
      metric: `look-up among ${persons}`,
      value: ours.later,
      unit: 'µs CPU',
      baseline: 'among the fewest',
      baselineValue: smallest.ours.later,
      ratio,
      goal: `ratio ≤ ${GROWTH_GOAL}`,
      met: ratio <= GROWTH_GOAL,
    });
    context.report({
      metric: `bare table among ${persons}`,
      value: bare.later,
      unit: 'µs CPU',
      baseline: 'among the fewest',
      baselineValue: smallest.bare.later,
      ratio: bare.later / smallest.bare.later,
    });
    const first = `first look-ups among ${persons}`;
    context.report({ metric: first, value: ours.first, unit: 'µs CPU' });
    const bytes = (await stat(path)).size / size;
    context.report({ metric: `bytes per person with a code, ${persons}`, value: bytes, unit: 'B' });
  }
}

/** A database that is filled whole or not there. */
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

/** Keys are evenly spread, like real ones, and written in their order: 1e7 take minutes and not hours. */
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
  const status = 'x'.repeat(STATUS_CHARACTERS);
  for (let from = 0; from < size; from += FILL_ROWS) {
    const indexes = Array.from({ length: Math.min(FILL_ROWS, size - from) }, (_, at) => from + at);
    await store.transaction(async (tx) => {
      const rows = indexes.map((index) => {
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

/** Groups of keys without order; no key comes twice before all have come. */
function* groups(size: number, first: number, count: number): Generator<string[]> {
  for (let done = 0; done < count; done += GROUP) {
    yield Array.from({ length: GROUP }, (_, at) =>
      keyOf(Number((BigInt(first + done + at) * 7_919_993n) % BigInt(size)), size),
    );
  }
}

async function costOfOurs(path: string, size: number): Promise<Cost> {
  const store: Store = await openStore(`sqlite:${path}`);
  const cost = await timed(size, async (keys) => {
    const found = await store.transaction((tx) => findAll(store, tx, keys));
    return found.size;
  });
  await store.close();
  return cost;
}

async function costOfBare(path: string, size: number): Promise<Cost> {
  const db = new Database(path);
  db.pragma('cache_size = -262144');
  db.pragma('mmap_size = 2147418112');
  const select = db.prepare('select body from bare where id = ?').raw();
  const begin = db.prepare('begin immediate');
  const commit = db.prepare('commit');
  const cost = await timed(size, (keys) => {
    begin.run();
    const rows = keys.map((key) => select.get(key));
    commit.run();
    return rows.filter(Boolean).length;
  });
  db.close();
  return cost;
}

async function timed(size: number, look: (keys: string[]) => Promise<number> | number) {
  const run = async (first: number, count: number) => {
    const all = [...groups(size, first, count)];
    const cpu = process.cpuUsage();
    let found = 0;
    for (const keys of all) {
      found += await look(keys);
    }
    const { user, system } = process.cpuUsage(cpu);
    if (found !== count) {
      throw new Error('A look-up found nobody');
    }
    return (user + system) / count;
  };
  const first = await run(0, LOOKUPS);
  for (let done = LOOKUPS; done < WARM_UP; done += LOOKUPS) {
    await run(done, LOOKUPS);
  }
  return { first, later: await run(WARM_UP, LOOKUPS) };
}
