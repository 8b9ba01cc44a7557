import { errorCode, VarcoError } from '../shared/errors.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Store } from './store/store.ts';

/**
 * The code of what keeps the database from answering gates; absent when it is ready. Tests a write, because a
 * full or locked database can still be read.
 */
export async function storeReadiness(store: Store): Promise<string | undefined> {
  try {
    await store.transaction(async (tx) => {
      const value = String(Date.now());
      await tx
        .insertInto('meta')
        .values({ name: 'ready', value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    });
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}

/**
 * Runs a check once for all who ask while it goes on and, when it found nothing, for a time from its beginning.
 */
export function sharedFor<Problem>(
  forMs: number,
  check: () => Promise<Problem | undefined>,
): () => Promise<Problem | undefined> {
  let running: Promise<Problem | undefined> | undefined;
  let goodUntil = 0;
  const run = async () => {
    const startedAt = performance.now();
    const problem = await check();
    goodUntil = problem === undefined ? startedAt + forMs : 0;
    running = undefined;
    return problem;
  };
  return () => {
    if (!running && performance.now() < goodUntil) {
      return Promise.resolve(undefined);
    }
    running ??= run();
    return running;
  };
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
