import { totalmem } from 'node:os';
import Database from 'better-sqlite3';
import { Kysely } from 'kysely';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';
import { ImmediateDialect } from './sqlite-dialect.ts';
import { ensureOwnerOnly, withNewFile } from './sqlite-files.ts';
import {
  type BulkInsert,
  type Lookup,
  type LookupKey,
  type Scan,
  type Store,
  type Tx,
  withRetries,
} from './store.ts';

/** How long one statement waits, blocking this process, for another process's write to end. */
const BUSY_TIMEOUT_MS = 50;
const STATEMENTS_MAX = 256;
/** Rows per multi-row insert. Measured: a quarter cheaper than one by one. */
const ROWS_TOGETHER = 16;

const CACHE_KIB_MIN = 256 * 1024;

/** Size of the page cache: a quarter of the memory that this process may use. */
function cacheKib(): number {
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(CACHE_KIB_MIN, Math.floor(bytes / 4 / 1024));
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface PreparedLookup {
  statement: Database.Statement<[LookupKey], unknown[]>;
  toRow(columns: readonly unknown[]): unknown;
}

interface PreparedInsert {
  one: Database.Statement;
  several: Database.Statement;
  /** The values of one multi-row insert, row after row; the array is reused. */
  values: unknown[];
}

function fill(values: unknown[], rows: readonly (readonly unknown[])[], from: number): unknown[] {
  let at = 0;
  for (const row of rows.slice(from, from + ROWS_TOGETHER)) {
    for (const value of row) {
      values[at] = value;
      at += 1;
    }
  }
  return values;
}

function toObject(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  names.forEach((name, index) => {
    row[name] = values[index];
  });
  return row;
}

/** SQLite in this process: one connection in WAL mode, every commit on disk before it is answered. */
export class SqliteStore implements Store {
  readonly engine = 'sqlite';
  readonly db: Kysely<Tables>;
  readonly #raw: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  /** Keyed by object: look-ups and inserts are module constants, so there are few, and no text is hashed. */
  readonly #lookups = new WeakMap<Lookup<unknown>, PreparedLookup>();
  readonly #inserts = new WeakMap<BulkInsert, PreparedInsert>();
  readonly #scans = new WeakMap<Scan, Database.Statement<unknown[], unknown[]>>();
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();

  private constructor(raw: Database.Database) {
    this.#raw = raw;
    this.db = new Kysely<Tables>({
      dialect: new ImmediateDialect(
        {
          database: {
            close: () => raw.close(),
            prepare: (sql) => this.#prepare(sql),
          },
        },
        () => raw.inTransaction,
      ),
    });
  }

  /**
   * @param path a file, created if missing, or `:memory:`.
   * @throws VarcoError `storeUnavailable`, `storeCorrupt`, `storeNewer`.
   */
  static async open(path: string): Promise<SqliteStore> {
    let raw: Database.Database;
    try {
      ensureOwnerOnly(path);
      raw = new Database(path, { timeout: BUSY_TIMEOUT_MS });
      raw.pragma('journal_mode = WAL');
      raw.pragma('synchronous = FULL');
      raw.pragma('foreign_keys = ON');
      raw.pragma('secure_delete = ON');
      // For pages beyond the memory-mapped part of a large file, such as those that gates read.
      raw.pragma(`cache_size = -${cacheKib()}`);
      // SQLite's own maximum. Mapped pages are read without a system call, even with ten million people.
      raw.pragma('mmap_size = 2147418112');
      // Fewer and larger checkpoints, since each costs two more syncs.
      raw.pragma('wal_autocheckpoint = 8000');
    } catch (error) {
      const code = errorCode(error);
      const kind = /CORRUPT|NOTADB/.test(code) ? 'storeCorrupt' : 'storeUnavailable';
      throw new VarcoError(kind, `The database file can't be opened (${code})`, { cause: error });
    }
    const store = new SqliteStore(raw);
    try {
      await withRetries(() => migrate(store.db, 'sqlite'), sleep, Math.random);
    } catch (error) {
      raw.close();
      throw error;
    }
    return store;
  }

  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return withRetries(() => this.db.transaction().execute(work), sleep, Math.random);
  }

  lookup<Row>(_tx: Tx, lookup: Lookup<Row>, keys: readonly LookupKey[]): Promise<Row[]> {
    const { statement, toRow } = this.#prepareLookup(lookup);
    const rows: unknown[] = [];
    for (const key of keys) {
      if (lookup.isUnique) {
        const columns = statement.get(key);
        if (columns) {
          rows.push(toRow(columns));
        }
      } else {
        for (const columns of statement.all(key)) {
          rows.push(toRow(columns));
        }
      }
    }
    return Promise.resolve(rows as Row[]);
  }

  insertMany(_tx: Tx, insert: BulkInsert, rows: readonly (readonly unknown[])[]): Promise<number> {
    const { one, several, values } = this.#prepareInsert(insert);
    let written = 0;
    let index = 0;
    for (; index + ROWS_TOGETHER <= rows.length; index += ROWS_TOGETHER) {
      written += several.run(fill(values, rows, index)).changes;
    }
    for (; index < rows.length; index += 1) {
      written += one.run(rows[index]).changes;
    }
    return Promise.resolve(written);
  }

  /** The write lock is held until the transaction ends, so the next ids are known. */
  reserveIds(_tx: Tx, table: 'person', count: number): Promise<number[]> {
    const lastId = this.#raw.prepare<string, { seq: number }>(
      'select seq from sqlite_sequence where name = ?',
    );
    const first = (lastId.get(table)?.seq ?? 0) + 1;
    return Promise.resolve(Array.from({ length: count }, (_, index) => first + index));
  }

  scan(scan: Scan, parameters: readonly (string | number)[]): Promise<unknown[][]> {
    let statement = this.#scans.get(scan);
    if (!statement) {
      const text = scan.text.replaceAll(/\$(?=\d)/g, '?');
      statement = this.#raw.prepare<unknown[], unknown[]>(text).raw();
      this.#scans.set(scan, statement);
    }
    const named = Object.fromEntries(parameters.map((value, index) => [String(index + 1), value]));
    return Promise.resolve(statement.all(named));
  }

  async backup(path: string): Promise<void> {
    try {
      await withNewFile(path, () => this.#raw.backup(path));
    } catch (error) {
      const why = errorCode(error) === 'EEXIST' ? 'it exists already' : errorCode(error);
      throw new VarcoError('backupFailed', `${path} can't be written: ${why}`, { cause: error });
    }
  }

  notify(channel: string, payload: string): Promise<void> {
    for (const onMessage of this.#listeners.get(channel) ?? []) {
      onMessage(payload);
    }
    return Promise.resolve();
  }

  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(onMessage));
    return Promise.resolve(() => {
      listeners.delete(onMessage);
      return Promise.resolve();
    });
  }

  async close(): Promise<void> {
    this.#statements.clear();
    await this.db.destroy();
    if (this.#raw.open) {
      this.#raw.close();
    }
  }

  /** Reads arrays and builds the objects here. Measured: a fifth cheaper than the driver's objects. */
  #prepareLookup(lookup: Lookup<unknown>): PreparedLookup {
    let prepared = this.#lookups.get(lookup);
    if (!prepared) {
      const text = lookup.isJoined
        ? `with keys(key) as (select ?) ${lookup.head}`
        : `${lookup.head} = ?`;
      const statement = this.#raw.prepare<[LookupKey], unknown[]>(text).raw();
      const names = statement.columns().map(({ name }) => name);
      prepared = { statement, toRow: lookup.toRow ?? ((columns) => toObject(names, columns)) };
      this.#lookups.set(lookup, prepared);
    }
    return prepared;
  }

  #prepareInsert(insert: BulkInsert): PreparedInsert {
    let prepared = this.#inserts.get(insert);
    if (!prepared) {
      const names = Object.keys(insert.columns);
      const marks = `(${names.map(() => '?').join(', ')})`;
      const head = `insert into ${insert.table} (${names.join(', ')}) values`;
      const prepare = (rows: number) =>
        this.#raw.prepare(`${head} ${Array(rows).fill(marks).join(', ')} ${insert.tail ?? ''}`);
      const values = Array<unknown>(ROWS_TOGETHER * names.length).fill(null);
      prepared = { one: prepare(1), several: prepare(ROWS_TOGETHER), values };
      this.#inserts.set(insert, prepared);
    }
    return prepared;
  }

  /** Compiles a statement once; beyond `STATEMENTS_MAX` the oldest is dropped. */
  #prepare(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known) {
      return known;
    }
    const statement = this.#raw.prepare(sql);
    if (this.#statements.size >= STATEMENTS_MAX) {
      const [oldest = ''] = this.#statements.keys();
      this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}
