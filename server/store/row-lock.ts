import type { SelectQueryBuilder } from 'kysely';
import type { Store } from './store.ts';

/**
 * Locks the selected rows until the end of the transaction. SQLite has no row locks and needs none: it has
 * one writer, so the transaction itself is the lock.
 */
export function forUpdate<Database, Table extends keyof Database, Row>(
  { engine }: Pick<Store, 'engine'>,
  query: SelectQueryBuilder<Database, Table, Row>,
): SelectQueryBuilder<Database, Table, Row> {
  return engine === 'postgres' ? query.forUpdate() : query;
}
