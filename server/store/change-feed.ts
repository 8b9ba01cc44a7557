import { VarcoError } from '../../shared/errors.ts';
import type { Store, Tx } from './store.ts';

/** The `Store.notify` channel for credentials that were issued or revoked. */
export const CREDENTIAL_CHANNEL = 'varco_credential';

/**
 * Records, in the caller's transaction, that these credentials changed. Sequence numbers have no gaps and
 * follow the order of the commits, so that a follower misses nothing.
 */
export async function noteCredentialChanges(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) {
    return;
  }
  const { value } = await tx
    .updateTable('counter')
    .set((row) => ({ value: row('value', '+', ids.length) }))
    .where('name', '=', 'credentialChange')
    .returning('value')
    .executeTakeFirstOrThrow();
  const first = value - ids.length + 1;
  const rows = ids.map((id, index) => ({ sequence: first + index, credential_id: id }));
  await tx.insertInto('credential_change').values(rows).execute();
}

/** The current ends of both feeds: read them before a snapshot, and follow the feeds from there. */
export async function readCursors(
  store: Store,
): Promise<{ statusSequence: number; credentialSequence: number }> {
  const rows = await store.db.selectFrom('counter').selectAll().execute();
  const counterOf = (wanted: string) => {
    const row = rows.find(({ name }) => name === wanted);
    if (!row) {
      throw new VarcoError('storeCorrupt', `The database has no counter ${wanted}`);
    }
    return row.value;
  };
  return {
    statusSequence: counterOf('statusEvent'),
    credentialSequence: counterOf('credentialChange'),
  };
}

/** Credential changes after a sequence number, oldest first. */
export function readChanges(store: Store, after: number, limit: number) {
  return store.db
    .selectFrom('credential_change')
    .selectAll()
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .execute();
}

/** All credentials of these persons, in any state. */
export async function credentialsOf(store: Store, persons: readonly number[]): Promise<string[]> {
  if (persons.length === 0) {
    return [];
  }
  const rows = await store.db
    .selectFrom('credential')
    .select('id')
    .where('person_id', 'in', persons)
    .execute();
  return rows.map(({ id }) => id);
}
