import type { BulkInsert, Store, Tx } from '../store/store.ts';
import type { Status } from './person-status.ts';

/** A change of a person's status, for those who follow: the offline list, notifications. */
export interface StatusEvent {
  sequence: number;
  personId: number;
  at: number;
  status: Status;
}

/** The channel of `Store.notify` that says "there are new status events". */
export const STATUS_CHANNEL = 'varco_status';

const insertStatusEvents: BulkInsert = {
  table: 'status_event',
  columns: { sequence: 'bigint', person_id: 'bigint', at: 'bigint', status: 'text' },
};

/**
 * Numbers changes inside the transaction that makes them: others who number wait until its commit, so
 * that whoever follows by number misses none.
 *
 * @param changes each person's new status, as JSON.
 */
export async function writeStatusEvents(
  store: Store,
  tx: Tx,
  changes: readonly (readonly [personId: number, status: string])[],
  at: number,
): Promise<void> {
  if (changes.length === 0) {
    return;
  }
  const { value } = await tx
    .updateTable('counter')
    .set((row) => ({ value: row('value', '+', changes.length) }))
    .where('name', '=', 'statusEvent')
    .returning('value')
    .executeTakeFirstOrThrow();
  const first = value - changes.length + 1;
  await store.insertMany(
    tx,
    insertStatusEvents,
    changes.map(([personId, next], index) => [first + index, personId, at, next]),
  );
}

/** Changes after `sequence`, oldest first; numbers have no gaps. */
export async function readStatusEvents(
  store: Store,
  sequence: number,
  limit: number,
): Promise<StatusEvent[]> {
  const rows = await store.db
    .selectFrom('status_event')
    .selectAll()
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    sequence: row.sequence,
    personId: row.person_id,
    at: row.at,
    status: JSON.parse(row.status) as Status,
  }));
}
