import { timingSafeEqual } from 'node:crypto';
import { VarcoError } from '../../shared/errors.ts';
import type { Keyring } from '../credential/keyring.ts';
import { openIdentity, sealIdentity } from '../registry/identity.ts';
import type { Status } from '../registry/status.ts';
import type { Lookup, Store, Tx } from '../store/store.ts';

/** A credential with its person, or what stands in for either. */
export interface TriedRow {
  /** The credential id that was asked about. */
  tried: string;
  /** `null`: there is no such credential, and the person is the stand-in. */
  kind: string | null;
  state: string | null;
  expires_at: number | null;
  companion: number | null;
  person_id: number;
  code_mac: string;
  status: string;
}

/** The stand-in's id among the persons. */
const NOBODY_ID = 0;

/**
 * One statement for both rows, so that an unknown credential costs what a known one does: it is read
 * with the stand-in's row.
 */
const tried: Lookup = {
  head: `select keys.key as tried, c.kind, c.state, c.expires_at, c.companion,
      p.id as person_id, p.code_mac, p.status
    from keys left join credential c on c.id = keys.key
      join person p on p.id = coalesce(c.person_id, ${NOBODY_ID})`,
  keyType: 'text',
  isUnique: true,
  isJoined: true,
};
const boxes: Lookup = {
  head: 'select id, identity_cipher from person where id',
  keyType: 'bigint',
  isUnique: true,
};

/** Stands in for a person that is not there, so that every refusal does the same work. */
const NOBODY = {
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

/** What was read for some tries, by credential id. */
export type Found = ReadonlyMap<string, TriedRow>;

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
  /** The credential with its person, or the stand-in. */
  row: TriedRow;
  /** Whom the audit's row is about: the person's mac, or the unknown credential's id. */
  subject: string;
}

/**
 * Puts the stand-in among the persons, so that also its row is really read: measured, a look-up that
 * finds nothing is faster by enough to be told apart (`bench -- refusals`).
 */
export async function ensureStandIn(store: Store, keyring: Keyring): Promise<void> {
  const { code_mac, status } = NOBODY;
  const identity = { codiceFiscale: 'X'.repeat(16), name: 'X'.repeat(14), birthDate: '2000-01-01' };
  const contacts = { mobile: '+393330000000', email: 'nobody.nobody@example.org' };
  await store.db
    .insertInto('person')
    .values({
      id: NOBODY_ID,
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
  const found = new Map<string, TriedRow>();
  for (const row of await store.lookup<TriedRow>(tx, tried, credentialIds)) {
    found.set(row.tried, row);
  }
  return found;
}

/** The birth dates of those whom some tries are about, the stand-in's too: opened for everybody alike. */
export async function birthDatesOf(
  store: Store,
  tx: Tx,
  keyring: Keyring,
  found: Found,
  tries: readonly { credentialId: string }[],
): Promise<Map<number, string>> {
  const ids = tries.map(({ credentialId }) => rowOf(found, credentialId).person_id);
  const rows = await store.lookup<{ id: number; identity_cipher: Buffer }>(tx, boxes, ids);
  return new Map(
    rows
      .filter(({ identity_cipher: box }) => box.length > 0)
      .map(({ id, identity_cipher: box }) => [id, openIdentity(keyring, box).birthDate]),
  );
}

const MAC_LENGTH = 32;
// Compared in place: a verification makes no buffer for it.
const given = Buffer.alloc(MAC_LENGTH);
const kept = Buffer.alloc(MAC_LENGTH);

/** Do this code and this codice fiscale belong together? Every cause takes the same steps. */
export function recognise(
  one: { credentialId: string; mac: string },
  found: Found,
  now: number,
): Recognition {
  const row = rowOf(found, one.credentialId);
  given.fill(0).write(one.mac, 'latin1');
  kept.fill(0).write(row.code_mac, 'latin1');
  const sameCode = timingSafeEqual(given, kept) && one.mac.length === row.code_mac.length;
  const isExpired = (row.expires_at ?? Number.MAX_SAFE_INTEGER) <= now;
  const subject = row.kind === null ? one.credentialId : row.code_mac;
  return { cause: causeOf(row, sameCode, isExpired), row, subject };
}

/** Every id that was read has a row. */
function rowOf(found: Found, credentialId: string): TriedRow {
  const row = found.get(credentialId);
  if (!row) {
    throw new VarcoError('storeCorrupt', 'The stand-in person is not in the database');
  }
  return row;
}

function causeOf({ kind, state }: TriedRow, sameCode: boolean, isExpired: boolean): Cause {
  if (kind === null) {
    return 'unknownCredential';
  }
  if (!sameCode) {
    return 'wrongCode';
  }
  if (state !== 'live') {
    return state === 'locked' ? 'locked' : 'revoked';
  }
  return isExpired ? 'expired' : 'recognised';
}
