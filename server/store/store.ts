import type { Kysely, Transaction } from 'kysely';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { TableRow, Tables } from './schema.ts';

/** The two databases behind the same code. */
export type Engine = 'sqlite' | 'postgres';

export type Tx = Transaction<Tables>;

/** What a column holds, for an array parameter of PostgreSQL. */
export type ColumnType = 'text' | 'bigint' | 'integer' | 'bytea';

/** One statement that reads rows for many keys: `head` ends in the compared column. */
export interface Lookup<Row> {
  /**
   * Such as `select id, state from credential where id`; with `isJoined`, a whole statement that reads
   * from `keys`, a table of one column `key`.
   */
  head: string;
  keyType: ColumnType;
  /** At most one row has a key. */
  isUnique?: true;
  isJoined?: true;
  /** Locks the rows: other writers wait until this transaction ends. */
  isLocked?: true;
  /** Builds a row from its columns, in their order: for look-ups on the path of every answer. */
  toRow?: (columns: readonly unknown[]) => Row;
}

/** Reads some columns of a table's rows by one of its columns; their type is the table's own. */
export function lookupOf<
  Table extends keyof Tables,
  Column extends keyof TableRow<Table> & string,
  Key extends keyof TableRow<Table> & string,
>(
  table: Table,
  columns: readonly Column[],
  key: Key,
  options: Pick<Lookup<unknown>, 'keyType' | 'isUnique' | 'isLocked'>,
): Lookup<FoundRow<Table, Column, Key>> {
  return { head: `select ${columns.join(', ')} from ${table} where ${key}`, ...options };
}

/** No row that was found by a key has null in it. */
type FoundRow<
  Table extends keyof Tables,
  Column extends keyof TableRow<Table>,
  Key extends keyof TableRow<Table>,
> = Pick<TableRow<Table>, Column> & {
  [Name in Extract<Column, Key>]: NonNullable<TableRow<Table>[Name]>;
};

/** Integers beyond 2^53 are `bigint`. */
export type LookupKey = string | number | bigint;

/** One statement that writes many rows: `tail` may be an `on conflict` clause. */
export interface BulkInsert {
  table: keyof Tables;
  columns: Readonly<Record<string, ColumnType>>;
  tail?: string;
}

/** One statement that reads a page of a long walk. */
export interface Scan {
  /** With `$1`, `$2`, … for the parameters, and a name for every column. */
  text: string;
}

/**
 * The database. The rooms' own store classes (`registry/…`, `audit/…`) build on it; each of their methods is
 * a whole unit of work.
 */
export interface Store {
  readonly engine: Engine;
  readonly db: Kysely<Tables>;
  /**
   * Runs a unit of work in one transaction. Runs it again, up to `ATTEMPTS_MAX` times in all, when another
   * transaction interfered (SQLite busy, PostgreSQL serialization failure or deadlock).
   *
   * @throws VarcoError `storeUnavailable` when the database is gone, locked or full.
   */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** The rows for any of the keys, in no order; one round trip on PostgreSQL. */
  lookup<Row>(tx: Tx, lookup: Lookup<Row>, keys: readonly LookupKey[]): Promise<Row[]>;
  /** Writes rows, each in the order of `columns`. @returns how many were written. */
  insertMany(tx: Tx, insert: BulkInsert, rows: readonly (readonly unknown[])[]): Promise<number>;
  /**
   * Ids, in ascending order, for rows to insert in this transaction. Unused ones are never handed out again,
   * or only where there can be no other writer.
   */
  reserveIds(tx: Tx, table: 'person', count: number): Promise<number[]>;
  /** A page's rows as arrays in the order of the columns, at half the cost of objects. */
  scan(scan: Scan, parameters: readonly (string | number)[]): Promise<unknown[][]>;
  /** Copies the database to a file while it is in use (SQLite only). */
  backup(path: string): Promise<void>;
  /** Notifies every node, this one included. Best effort: the tables hold the truth. */
  notify(channel: string, payload: string): Promise<void>;
  /**
   * Calls `receive` on every {@link notify}; the returned function unsubscribes.
   *
   * @param reconnected called when the connection that listens was lost and is back: payloads were missed.
   */
  listen(
    channel: string,
    receive: (payload: string) => void,
    reconnected?: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export type StoreErrorCode = 'storeUnavailable' | 'storeNewer' | 'storeCorrupt' | 'backupFailed';

/** Attempts of one unit of work, with a growing, jittered wait in between. */
export const ATTEMPTS_MAX = 8;
const RETRY_FIRST_MS = 5;

const AGAIN = new Set(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', '40001', '40P01', 'again']);

/** Thrown by a unit of work to be run again from its start, because another node wrote a row first. */
export class RunAgain extends VarcoError<'again'> {
  constructor() {
    super('again', 'Another node wrote first; the unit of work runs again');
  }
}

/** Runs an attempt until it succeeds, fails for good or `ATTEMPTS_MAX` is reached. */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  wait: (ms: number) => Promise<void>,
  random: () => number,
): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const code = errorCode(error);
      if (!AGAIN.has(code) || tried >= ATTEMPTS_MAX) {
        throw toStoreError(error);
      }
      await wait(RETRY_FIRST_MS * 2 ** tried * random());
    }
  }
}

/** Codes of a programming fault or a broken constraint: not the database's condition. */
const OURS = /^(SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE|TOOBIG)|22|23|42)/;
/** SQLSTATE classes and socket errors that mean "not now"; `57`: the operator stops the server. */
const THEIRS = /^(SQLITE_|08|53|55|57|58|XX|25006|40|E[A-Z]+$)/;

/** Translates a database's error into ours. Errors of ours and broken constraints stay what they are. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof VarcoError && error.code !== 'again') {
    return error;
  }
  const code = errorCode(error);
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
    return unavailable('storeCorrupt', `The database file is damaged (${code})`, error);
  }
  if (OURS.test(code) || code.startsWith('ERR_')) {
    return error;
  }
  const gone = error instanceof Error && GONE.test(error.message);
  return THEIRS.test(code) || code === 'again' || gone
    ? unavailable('storeUnavailable', `The database can't be used now (${code})`, error)
    : error;
}

// What the two drivers say, without a code, when their connection is gone.
const GONE = /connection is not open|Connection terminated|timeout exceeded|driver has already/i;

function unavailable(code: StoreErrorCode, message: string, cause: unknown) {
  return new VarcoError(code, message, { cause });
}
