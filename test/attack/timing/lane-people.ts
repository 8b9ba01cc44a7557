import { issueToSample, type PersonWithCode } from '../../../scripts/sample/sample-people.ts';
import type { App } from '../../../server/app.ts';
import type { Store } from '../../../server/store/store.ts';

/** Why a code is refused, however right the codice fiscale is. */
const refusals = ['unknown', 'revoked', 'locked', 'expired'] as const;

/** Whom one lane asks about, and no other: wrong tries count for each code. */
export interface LanePeople extends Record<(typeof refusals)[number], PersonWithCode> {
  own: PersonWithCode;
}

/** The people of a measurement. */
export interface AskedPeople {
  lanes: LanePeople[];
  /** Blocked for one asker, and for everybody. */
  blockedThere: PersonWithCode;
  blockedEverywhere: PersonWithCode;
  /** Whose codice fiscale is wrong for everybody else's code. */
  stranger: PersonWithCode;
}

/** Issues codes to people for every lane, and spoils those that must be refused. */
export async function seedLanes(app: App, store: Store, lanes: number): Promise<AskedPeople> {
  const wanted = lanes * (refusals.length + 1) + 3;
  const people = await issueToSample(app, { persons: wanted * 2, seed: 42 });
  const next = () => {
    const person = people.pop();
    if (!person) {
      throw new Error('The sample has too few people with a code');
    }
    return person;
  };
  const ofLanes = Array.from({ length: lanes }, () => ({
    ...{ own: next(), unknown: next(), revoked: next(), locked: next(), expired: next() },
  }));
  for (const { unknown, revoked, locked, expired } of ofLanes) {
    const { credentialId: id } = unknown;
    await store.db.deleteFrom('credential_event').where('credential_id', '=', id).execute();
    await store.db.deleteFrom('credential').where('id', '=', id).execute();
    await app.credentials.revoke(revoked.credentialId, { actor: 'test', reason: 'test' });
    await app.credentials.lock(locked.credentialId, { actor: 'test' });
    const past = { expires_at: 1 };
    const { credentialId: old } = expired;
    await store.db.updateTable('credential').set(past).where('id', '=', old).execute();
  }
  return {
    ...{ lanes: ofLanes, blockedThere: next(), blockedEverywhere: next(), stranger: next() },
  };
}
