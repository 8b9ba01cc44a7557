import { timingSafeEqual } from 'node:crypto';
import type { Keyring } from '../credential/keyring.ts';
import { openIdentity, sealIdentity } from '../registry/identity.ts';
import type { Status } from '../registry/status.ts';
import type { Lookup, Store, Tx } from '../store/store.ts';

export interface CredentialRow {
  id: string;
  person_id: number;
  kind: string;
  state: string;
  expires_at: number | null;
  companion: number;
}

export interface PersonRow {
  id: number;
  code_mac: string;
  status: string;
}

const credentials: Lookup = {
  head: 'select id, person_id, kind, state, expires_at, companion from credential where id',
  keyType: 'text',
  isUnique: true,
};
const persons: Lookup = {
  head: 'select id, code_mac, status from person where id',
  keyType: 'bigint',
  isUnique: true,
};
const boxes: Lookup = {
  head: 'select id, identity_cipher from person where id',
  keyType: 'bigint',
  isUnique: true,
};

/** Stands in for a person that is not there, so that every refusal does the same work. */
const NOBODY: PersonRow = {
  id: 0,
  code_mac: '0'.repeat(32),
  status: JSON.stringify({
    invaliditaCivile: {
      protocol: '-',
      giudizio: 'totale',
      recognised: true,
      percentage: 100,
      accompagnamento: false,
      fiscalBenefits: [],
      definitiveOn: '2010-01-01',
    },
  } satisfies Status),
};

export interface Found {
  credentials: Map<string, CredentialRow>;
  persons: Map<number, PersonRow>;
}

/** Why somebody is not recognised: for the audit alone. */
export type Cause =
  | 'recognised'
  | 'unknownCredential'
  | 'wrongCode'
  | 'revoked'
  | 'locked'
  | 'expired'
  | LiveCause;

/** What is wrong with the code's time proof: none where the policy wants one, too old, shown before. */
export type LiveCause = 'liveMissing' | 'liveStale' | 'liveUsed';

export interface Recognition {
  cause: Cause;
  /** The person behind the credential, or the stand-in. */
  person: PersonRow;
  credential: CredentialRow | undefined;
  /** Whom the audit's row is about: the person's mac, or the unknown credential's id. */
  subject: string;
}

/**
 * Puts the stand-in among the persons, so that also its row is really read: measured, a look-up that
 * finds nothing is faster by enough to be told apart (`bench -- refusals`).
 */
export async function ensureStandIn(store: Store, keyring: Keyring): Promise<void> {
  const { id, code_mac, status } = NOBODY;
  const identity = { codiceFiscale: 'X'.repeat(16), name: 'X'.repeat(14), birthDate: '2000-01-01' };
  const contacts = { mobile: '+393330000000', email: 'nobody.nobody@example.org' };
  await store.db
    .insertInto('person')
    .values({
      id,
      code_mac,
      identity_cipher: sealIdentity(keyring, { ...identity, ...contacts }),
      has_mobile: 0,
      has_email: 0,
      privacy_version: null,
      status,
      updated_at: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Reads the credentials and their persons for many tries at once. */
export async function findAll(
  store: Store,
  tx: Tx,
  credentialIds: readonly string[],
): Promise<Found> {
  const rows = await store.lookup<CredentialRow>(tx, credentials, credentialIds);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const people = await store.lookup<PersonRow>(
    tx,
    persons,
    credentialIds.map((id) => byId.get(id)?.person_id ?? NOBODY.id),
  );
  return { credentials: byId, persons: new Map(people.map((row) => [row.id, row])) };
}

/** The birth dates of those whom some tries are about, the stand-in's too: opened for everybody alike. */
export async function birthDatesOf(
  store: Store,
  tx: Tx,
  keyring: Keyring,
  { credentials: byId }: Found,
  tries: readonly { credentialId: string }[],
): Promise<Map<number, string>> {
  const ids = tries.map(({ credentialId }) => byId.get(credentialId)?.person_id ?? NOBODY.id);
  const rows = await store.lookup<{ id: number; identity_cipher: Buffer }>(tx, boxes, ids);
  return new Map(
    rows
      .filter(({ identity_cipher: box }) => box.length > 0)
      .map(({ id, identity_cipher: box }) => [id, openIdentity(keyring, box).birthDate]),
  );
}

/** Do this code and this codice fiscale belong together? Every cause takes the same steps. */
export function recognise(
  one: { credentialId: string; mac: string },
  found: Found,
  now: number,
): Recognition {
  const credential = found.credentials.get(one.credentialId);
  const person = found.persons.get(credential?.person_id ?? NOBODY.id) ?? NOBODY;
  const sameCode = timingSafeEqual(Buffer.from(one.mac), Buffer.from(person.code_mac));
  const expired = (credential?.expires_at ?? Number.MAX_SAFE_INTEGER) <= now;
  const subject = credential ? person.code_mac : one.credentialId;
  return { cause: causeOf(credential, sameCode, expired), person, credential, subject };
}

function causeOf(
  credential: CredentialRow | undefined,
  sameCode: boolean,
  expired: boolean,
): Cause {
  if (!credential) {
    return 'unknownCredential';
  }
  if (!sameCode) {
    return 'wrongCode';
  }
  if (credential.state !== 'live') {
    return credential.state === 'locked' ? 'locked' : 'revoked';
  }
  return expired ? 'expired' : 'recognised';
}
