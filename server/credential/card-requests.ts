import { foldingDay, statusOf } from '../registry/stored-status.ts';
import type { Store, Tx } from '../store/store.ts';
import { type CardCredential, type CardState, cardState } from './card-state.ts';

/** The state of a person's card, from the newest request and the credential issued on it. */
export async function readCardState(
  store: Store,
  tx: Tx,
  personId: number,
  now: number,
): Promise<CardState> {
  const row = await tx
    .selectFrom('card_request')
    .select(['id', 'state', 'requested_at', 'reason', 'credential_id'])
    .where('person_id', '=', personId)
    .orderBy('requested_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const request = row && {
    id: row.id,
    state: row.state,
    requestedAt: row.requested_at,
    reason: row.reason ?? undefined,
  };
  const credential = row?.credential_id ? await readCredential(tx, row.credential_id) : undefined;
  const person = await tx
    .selectFrom('person')
    .select(['id', 'status', 'due_on'])
    .where('id', '=', personId)
    .executeTakeFirst();
  const status = person ? await statusOf(store, tx, person, foldingDay(now)) : {};
  return cardState(request, credential, status, now);
}

async function readCredential(tx: Tx, id: string): Promise<CardCredential | undefined> {
  const row = await tx
    .selectFrom('credential')
    .select(['id', 'state', 'issued_at', 'expires_at', 'serial', 'companion'])
    .where('id', '=', id)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      state: row.state,
      issuedAt: row.issued_at,
      expiresAt: row.expires_at,
      serial: row.serial,
      companion: row.companion === 1,
    }
  );
}

/** Deletes the photos of earlier requests; that they were made stays on record. */
export async function deleteOlderPhotos(tx: Tx, personId: number): Promise<void> {
  await tx
    .updateTable('card_request')
    .set({ photo_cipher: null })
    .where('person_id', '=', personId)
    .execute();
}
