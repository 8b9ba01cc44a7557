import { errorCode, VarcoError } from '../shared/errors.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Store } from './store/store.ts';

/**
 * Problems that keep the server from answering gates, or soon will; empty when it is ready. Tests a write,
 * because a full or locked database can still be read.
 */
export async function readiness(
  store: Store,
  keyringProblem: string | undefined,
): Promise<string[]> {
  const problems = keyringProblem === undefined ? [] : [keyringProblem];
  try {
    await store.transaction(async (tx) => {
      const value = String(Date.now());
      await tx
        .insertInto('meta')
        .values({ name: 'ready', value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    });
    return problems;
  } catch (error) {
    return [errorCode(error), ...problems];
  }
}

/** @throws VarcoError `keyringMismatch`, because with another keyring no person would be found. */
export async function checkKeyring(store: Store, keyring: Keyring): Promise<void> {
  const value = keyring.fingerprint();
  const kept = await store.transaction(async (tx) => {
    await tx
      .insertInto('meta')
      .values({ name: 'keyring', value })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return tx
      .selectFrom('meta')
      .select('value')
      .where('name', '=', 'keyring')
      .executeTakeFirstOrThrow();
  });
  if (kept.value !== value) {
    throw new VarcoError('keyringMismatch', 'The keyring is not the one of this database');
  }
}
