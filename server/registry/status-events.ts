import type { BulkInsert, Store, Tx } from '../store/store.ts';
import type { Status } from './person-status.ts';

/** A change of a person's status, for subscribers: the offline list and notifications. */
export interface StatusEvent {
  sequence: number;
  personId: number;
  at: number;
  status: Status;
}

/** The `Store.notify` channel for new status events. */
export const STATUS_CHANNEL = 'varco_status';

const insertStatusEvents: BulkInsert = {
  table: 'status_event',
  columns: { sequence: 'bigint', person_id: 'bigint', at: 'bigint', status: 'text' },
};

/**
 * Appends events inside the transaction that changes the statuses. Its lock on the counter makes
 * concurrent writers wait for the commit, so readers that follow the sequence miss no event.
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

/** Events after `sequence`, oldest first; sequence numbers have no gaps. */
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
    status: JSON.parse(row.status),
  }));
}
