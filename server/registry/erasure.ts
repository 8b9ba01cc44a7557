import { randomBytes } from 'node:crypto';
import type { Audit } from '../audit/audit.ts';
import type { Keyring } from '../keys/keyring.ts';
import { CREDENTIAL_CHANNEL, noteCredentialChanges } from '../store/change-feed.ts';
import type { Store, Tx } from '../store/store.ts';
import { openIdentity, sealIdentity } from './sealed-identity.ts';
import { STATUS_CHANNEL, writeStatusEvents } from './status-events.ts';

/**
 * What is kept of a person who asked to be erased (GDPR art. 17).
 *
 * - `archive`: the person has verbali. The law requires keeping them (art. 17 par. 3 letters b and d) with
 *   the name and birth date they are about; contacts, privacy consent, codes and their history are deleted.
 * - `nothing`: the person has none, so name, birth date and codice fiscale are irrecoverably deleted too.
 *
 * Audit rows hold only a pseudonym and stay until their retention ends: they prove who was checked.
 */
export interface Erasure {
  kept: 'archive' | 'nothing';
  credentialsRevoked: number;
}

/** Erases inside the caller's transaction; call `notify` once it has committed. */
export async function erase(
  deps: { store: Store; keyring: Keyring; audit: Audit },
  tx: Tx,
  person: { id: number; code_mac: string; identity_cipher: Buffer; status: string },
  { actor, at }: { actor: string; at: number },
): Promise<{ erasure: Erasure; notify(): Promise<void> }> {
  const { store, keyring, audit } = deps;
  const ids = await revokeAll(tx, person.id, at);
  await tx.deleteFrom('one_time_code').where('person_id', '=', person.id).execute();
  const verbale = await tx
    .selectFrom('verbale')
    .select('protocol')
    .where('person_id', '=', person.id)
    .limit(1)
    .executeTakeFirst();
  const { mobile: _m, email: _e, ...identity } = openIdentity(keyring, person.identity_cipher);
  const kept = verbale ? 'archive' : 'nothing';
  const cleared = { has_mobile: 0, has_email: 0, privacy_version: null, updated_at: at };
  if (kept === 'archive') {
    const box = sealIdentity(keyring, { ...identity, contactsBy: 'citizen' });
    const row = { ...cleared, identity_cipher: box };
    await tx.updateTable('person').set(row).where('id', '=', person.id).execute();
  } else {
    // The row stays because offline gates must still refuse its revoked codes; a random mac makes it
    // unreachable by codice fiscale.
    const anonymous = {
      code_mac: randomBytes(16).toString('hex'),
      status: '{}',
      due_on: null,
      erased_at: at,
    };
    const row = { ...cleared, ...anonymous, identity_cipher: Buffer.alloc(0) };
    await tx.updateTable('person').set(row).where('id', '=', person.id).execute();
    if (person.status !== '{}') {
      await writeStatusEvents(store, tx, [[person.id, '{}']], at);
    }
  }
  const body = { actor, kept };
  await audit.append(tx, [{ kind: 'person.erased', subject: person.code_mac, body }]);
  return {
    erasure: { kept, credentialsRevoked: ids.length },
    async notify() {
      await store.notify(CREDENTIAL_CHANNEL, '');
      await store.notify(STATUS_CHANNEL, '');
    },
  };
}

async function revokeAll(tx: Tx, personId: number, at: number): Promise<string[]> {
  const credentials = await tx
    .selectFrom('credential')
    .select('id')
    .where('person_id', '=', personId)
    .execute();
  const all = credentials.map(({ id }) => id);
  if (all.length === 0) {
    return [];
  }
  const revoked = await tx
    .updateTable('credential')
    .set({ state: 'revoked', revoked_at: at, revoked_reason: 'erased' })
    .where('id', 'in', all)
    .where('state', 'in', ['live', 'locked'])
    .returning('id')
    .execute();
  const ids = revoked.map(({ id }) => id);
  await noteCredentialChanges(tx, ids);
  await tx.deleteFrom('credential_event').where('credential_id', 'in', all).execute();
  return ids;
}

/** How long offline lists may still need to refuse the codes of an erased person. */
export const ERASED_ENTRIES_RETENTION_MS = 30 * 86_400_000;

/** Deletes the offline lists' derived values of people erased more than the retention time ago. */
export async function purgeErasedEntries(store: Store, now: number): Promise<void> {
  await store.db
    .deleteFrom('offline_entry')
    .where('credential_id', 'in', (query) =>
      query
        .selectFrom('credential as c')
        .innerJoin('person as p', 'p.id', 'c.person_id')
        .select('c.id')
        .where('p.erased_at', '<', now - ERASED_ENTRIES_RETENTION_MS),
    )
    .execute();
}
