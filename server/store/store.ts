import type { Kysely, Transaction } from 'kysely';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { Tables } from './schema.ts';

/** The two databases behind the same code. */
export type Engine = 'sqlite' | 'postgres';

export type Tx = Transaction<Tables>;

/** What a column holds, for an array parameter of PostgreSQL. */
export type ColumnType = 'text' | 'bigint' | 'integer' | 'bytea';

/** One statement that reads rows for many keys: `head` ends in the compared column. */
export interface Lookup {
  /**
   * Such as `select id, state from credential where id`; with `isJoined`, a whole statement that reads
   * from `keys`, a table of one column `key`.
   */
  head: string;
  keyType: ColumnType;
  /** At most one row has a key. */
  isUnique?: true;
  isJoined?: true;
  /** Others who write these rows wait until this transaction ends. */
  isLocked?: true;
  /** Makes a row of its columns, in their order: for look-ups in the way of every answer. */
  toRow?: (columns: readonly unknown[]) => unknown;
}

/** Whole numbers beyond 2^53 are `bigint`. */
export type LookupKey = string | number | bigint;

/** One statement that writes many rows: `tail` may be an `on conflict` clause. */
export interface BulkInsert {
  table: keyof Tables;
  columns: Readonly<Record<string, ColumnType>>;
  tail?: string;
}

/** One statement that reads a page of a long walk. */
export interface Scan {
  /** With `$1`, `$2`, … where the parameters go; every column named. */
  text: string;
}

/**
 * The database. Its methods are used by the rooms' own store classes (`registry/…`, `audit/…`), whose
 * methods are whole units of work.
 */
export interface Store {
  readonly engine: Engine;
  readonly db: Kysely<Tables>;
  /**
   * Runs a unit of work in one transaction, and again when the database says that another one got in
   * between (SQLite busy, PostgreSQL serialization failure or deadlock), at most `ATTEMPTS_MAX` times.
   *
   * @throws VarcoError `storeUnavailable` when the database is gone, locked or full.
   */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
  /** The rows for any of the keys, in no order; one round trip on PostgreSQL. */
  lookup<Row>(tx: Tx, lookup: Lookup, keys: readonly LookupKey[]): Promise<Row[]>;
  /** Writes rows (each in the order of `columns`); answers how many were written. */
  insertMany(tx: Tx, insert: BulkInsert, rows: readonly (readonly unknown[])[]): Promise<number>;
  /**
   * Ids of rows to be inserted in this transaction, in growing order; those not used are never given again,
   * or given again only where no other writer can be.
   */
  reserveIds(tx: Tx, table: 'person', count: number): Promise<number[]>;
  /** A page's rows, each an array in the order of the columns: half the cost of objects. */
  scan(scan: Scan, parameters: readonly (string | number)[]): Promise<unknown[][]>;
  /** Copies the database to a file while it is in use (SQLite only). */
  backup(path: string): Promise<void>;
  /** Tells every node, this one included; delivery is best effort, the tables hold the truth. */
  notify(channel: string, payload: string): Promise<void>;
  /**
   * Calls `receive` with every payload of `notify`; the returned function ends that.
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

/** Attempts of one unit of work; between them a growing, jittered wait. */
export const ATTEMPTS_MAX = 8;
const RETRY_FIRST_MS = 5;

const AGAIN = new Set(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', '40001', '40P01', 'again']);

/** A unit of work asks to be run again from its start: another node wrote the same row first. */
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

/** A database's error as ours; an error of ours, or a broken constraint, stays what it is. */
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

// What the two drivers say without a code when their connection is no more.
const GONE = /connection is not open|Connection terminated|timeout exceeded|driver has already/i;

function unavailable(code: StoreErrorCode, message: string, cause: unknown) {
  return new VarcoError(code, message, { cause });
}
