import { romeDay } from '../../shared/rome-day.ts';
import type { Keyring } from '../keys/keyring.ts';
import { isExpired } from '../registry/card-standing.ts';
import type { StatusFacts } from '../registry/person-status.ts';
import { openIdentity } from '../registry/sealed-identity.ts';
import { lookupOf, type Store, type Tx } from '../store/store.ts';
import type { GateRow, LookupResult } from './gate-lookup.ts';

const boxes = lookupOf('person', ['id', 'identity_cipher'], 'id', {
  keyType: 'bigint',
  isUnique: true,
});

/** Why somebody was or was not recognised; only the audit gets to know. */
export type Cause =
  | 'recognised'
  | 'unknownCredential'
  | 'wrongCode'
  | 'revoked'
  | 'locked'
  | 'expired'
  | LiveCause;

/** The problem of a live code: missing where the policy requires one, too old, or used before. */
export type LiveCause = 'liveMissing' | 'liveStale' | 'liveUsed';

export interface Recognition {
  cause: Cause;
  /** The code with its person, or the timing decoy. */
  row: GateRow;
  facts: StatusFacts;
  /** Subject of the audit row: the person's mac, or the id of an unknown credential. */
  subject: string;
}

/** Decrypts the birth dates by person id; the timing decoy's too, so that everybody costs the same. */
export async function birthDatesOf(
  store: Store,
  tx: Tx,
  keyring: Keyring,
  found: LookupResult,
  tries: readonly { credentialId: string }[],
): Promise<Map<number, string>> {
  const ids = tries.map(({ credentialId }) => found.row(credentialId).person_id);
  const rows = await store.lookup(tx, boxes, ids);
  return new Map(
    rows
      .filter(({ identity_cipher: box }) => box.length > 0)
      .map(({ id, identity_cipher: box }) => [id, openIdentity(keyring, box).birthDate]),
  );
}

/** Decides whether a code and a codice fiscale match; every cause takes the same steps. Pure. */
export function recognise(
  one: { credentialId: string; mac: string },
  found: LookupResult,
  now: number,
): Recognition {
  const row = found.row(one.credentialId);
  // No constant-time comparison needed: both are HMACs under our key, so the position of the first
  // difference says nothing about what was typed.
  const sameCode = one.mac === row.code_mac;
  const isOver = isExpired(row, romeDay(now));
  const subject = row.kind === null ? one.credentialId : row.code_mac;
  return { cause: causeOf(row, sameCode, isOver), row, facts: found.facts(row), subject };
}

function causeOf({ kind, state }: GateRow, sameCode: boolean, isOver: boolean): Cause {
  if (kind === null) {
    return 'unknownCredential';
  }
  if (!sameCode) {
    return 'wrongCode';
  }
  if (state !== 'live') {
    return state === 'locked' ? 'locked' : 'revoked';
  }
  return isOver ? 'expired' : 'recognised';
}
