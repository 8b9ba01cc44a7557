import { VarcoError } from '../../shared/errors.ts';
import { PostgresStore } from './postgres.ts';
import { SqliteStore } from './sqlite.ts';
import type { Store } from './store.ts';

/**
 * Opens the database at a URL, `sqlite:PATH` or `postgres://…`, and runs its pending migrations.
 *
 * @throws VarcoError `storeUnavailable`, `storeCorrupt`, `storeNewer`, `storeUnknown`.
 */
export async function openStore(url: string): Promise<Store> {
  const sqlite = /^sqlite:(.+)$/.exec(url);
  if (sqlite?.[1]) {
    return SqliteStore.open(sqlite[1]);
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    return PostgresStore.open(url);
  }
  throw new VarcoError('storeUnknown', 'A database is sqlite:PATH or postgres://…');
}
