import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { VarcoError } from '../../shared/errors.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './schema.ts';
import {
  type BulkInsert,
  type Lookup,
  type LookupKey,
  type Scan,
  type Store,
  type Tx,
  toStoreError,
  withRetries,
} from './store.ts';

const CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_MS = 3000;
/** The server ends statements and idle transactions that take longer. */
const STATEMENT_TIMEOUT_MS = 60_000;
const RECONNECT_MS = 1000;

/** Counts and Unix milliseconds are far below 2^53, so `bigint` is read as a number, as on SQLite. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

/** See {@link Store.listen}. */
interface Listener {
  receive: (payload: string) => void;
  reconnected: (() => void) | undefined;
}

/** PostgreSQL 15 or later, shared by every node. */
export class PostgresStore implements Store {
  readonly engine = 'postgres';
  readonly db: Kysely<Tables>;
  readonly #url: string;
  readonly #listeners = new Map<string, Set<Listener>>();
  #listening: pg.Client | undefined;
  #closed = false;

  private constructor(url: string) {
    this.#url = url;
    const pool = new pg.Pool({
      connectionString: url,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      types,
    });
    // A connection lost while idle is replaced at its next use, which fails if that is impossible.
    pool.on('error', () => {});
    // One lost in use fails its query; without a listener its 'error' event would end the process too.
    pool.on('connect', (client) => client.on('error', () => {}));
    this.db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  }

  /** @throws VarcoError `storeUnavailable`, `storeNewer`, `storeUnsupported`. */
  static async open(url: string): Promise<PostgresStore> {
    const store = new PostgresStore(url);
    try {
      const { rows } = await sql<{ version: string }>`
        select current_setting('server_version_num') as version`.execute(store.db);
      if (Number(rows[0]?.version) < 150_000) {
        throw new VarcoError('storeUnsupported', 'PostgreSQL 15 or later is needed');
      }
      await migrate(store.db, 'postgres');
      return store;
    } catch (error) {
      await store.close();
      throw toStoreError(error);
    }
  }

  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return withRetries(
      () => this.db.transaction().execute(work),
      (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      Math.random,
    );
  }

  async lookup<Row>(tx: Tx, lookup: Lookup<Row>, keys: readonly LookupKey[]): Promise<Row[]> {
    if (keys.length === 0) {
      return [];
    }
    const lock = lookup.isLocked ? ' for update' : '';
    const text = lookup.isJoined
      ? `with keys(key) as (select unnest($1::${lookup.keyType}[])) ${lookup.head}${lock}`
      : `${lookup.head} = any($1::${lookup.keyType}[])${lock}`;
    return (await tx.executeQuery<Row>(CompiledQuery.raw(text, [keys]))).rows;
  }

  async insertMany(
    tx: Tx,
    insert: BulkInsert,
    rows: readonly (readonly unknown[])[],
  ): Promise<number> {
    if (rows.length === 0) {
      return 0;
    }
    const names = Object.keys(insert.columns);
    const marks = Object.values(insert.columns).map((type, index) => `$${index + 1}::${type}[]`);
    const text = `insert into ${insert.table} (${names.join(', ')})
      select * from unnest(${marks.join(', ')}) ${insert.tail ?? ''}`;
    const arrays = names.map((_name, column) => rows.map((row) => row[column]));
    const result = await tx.executeQuery(CompiledQuery.raw(text, arrays));
    return Number(result.numAffectedRows ?? 0);
  }

  async reserveIds(tx: Tx, table: 'person', count: number): Promise<number[]> {
    const { rows } = await sql<{ id: number }>`
      select nextval(pg_get_serial_sequence(${table}, 'id')) as id
      from generate_series(1, ${count})`.execute(tx);
    return rows.map(({ id }) => id);
  }

  async scan(scan: Scan, parameters: readonly (string | number)[]): Promise<unknown[][]> {
    const query = CompiledQuery.raw(scan.text, [...parameters]);
    const { rows } = await this.db.executeQuery<Record<string, unknown>>(query);
    return rows.map((row) => Object.values(row));
  }

  backup(): Promise<void> {
    const message = 'PostgreSQL is backed up with its own tools: pg_dump or pg_basebackup';
    return Promise.reject(new VarcoError('backupFailed', message));
  }

  async notify(channel: string, payload: string): Promise<void> {
    await sql`select pg_notify(${channel}, ${payload})`.execute(this.db);
  }

  async listen(
    channel: string,
    receive: Listener['receive'],
    reconnected?: Listener['reconnected'],
  ): Promise<() => Promise<void>> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    const listener = { receive, reconnected };
    this.#listeners.set(channel, listeners.add(listener));
    if (this.#listening) {
      await this.#listening.query(`listen ${pg.escapeIdentifier(channel)}`);
    } else {
      await this.#startListening();
    }
    return () => {
      listeners.delete(listener);
      return Promise.resolve();
    };
  }

  async close(): Promise<void> {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    await this.#listening?.end();
    await this.db.destroy();
  }

  /** One connection listens for the whole node; when it is lost, another one takes over. */
  async #startListening(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url });
    let lost = false;
    const reconnect = () => {
      if (!lost && !this.#closed) {
        lost = true;
        this.#listening = undefined;
        setTimeout(() => void this.#listenAgain().catch(reconnect), RECONNECT_MS).unref();
      }
    };
    client.on('error', reconnect);
    client.on('end', reconnect);
    client.on('notification', ({ channel, payload }) => {
      for (const { receive } of this.#listeners.get(channel) ?? []) {
        receive(payload ?? '');
      }
    });
    try {
      await client.connect();
      this.#listening = client;
      for (const channel of this.#listeners.keys()) {
        await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      }
    } catch (error) {
      reconnect();
      throw error;
    }
  }
  async #listenAgain(): Promise<void> {
    await this.#startListening();
    for (const listeners of this.#listeners.values()) {
      for (const { reconnected } of listeners) {
        reconnected?.();
      }
    }
  }
}
