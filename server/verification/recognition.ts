import type { Keyring } from '../keys/keyring.ts';
import type { StatusFacts } from '../registry/person-status.ts';
import { openIdentity } from '../registry/sealed-identity.ts';
import { lookupOf, type Store, type Tx } from '../store/store.ts';
import type { GateRow, LookupResult } from './gate-lookup.ts';

const boxes = lookupOf('person', ['id', 'identity_cipher'], 'id', {
  keyType: 'bigint',
  isUnique: true,
});

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
  /** The code with its person, or the stand-in. */
  row: GateRow;
  facts: StatusFacts;
  /** Whom the audit's row is about: the person's mac, or the unknown credential's id. */
  subject: string;
}

/** The birth dates of those whom some tries are about, the stand-in's too: opened for everybody alike. */
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

/** Do this code and this codice fiscale belong together? Every cause takes the same steps. */
export function recognise(
  one: { credentialId: string; mac: string },
  found: LookupResult,
  now: number,
): Recognition {
  const row = found.row(one.credentialId);
  // Both are HMACs under our key: where two of them part tells nobody anything about what was typed.
  const sameCode = one.mac === row.code_mac;
  const isExpired = (row.expires_at ?? Number.MAX_SAFE_INTEGER) <= now;
  const subject = row.kind === null ? one.credentialId : row.code_mac;
  return { cause: causeOf(row, sameCode, isExpired), row, facts: found.facts(row), subject };
}

function causeOf({ kind, state }: GateRow, sameCode: boolean, isExpired: boolean): Cause {
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
