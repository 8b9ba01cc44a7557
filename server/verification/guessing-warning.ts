import type { Guesses } from '../guessing/guesses.ts';
import type { Tx } from '../store/store.ts';
import type { LookupResult } from './gate-lookup.ts';
import type { Warnings } from './messenger.ts';

const DAY_MS = 86_400_000;

/** Warns the owners of the credentials that were tried as often as they may be, once a day each. */
export async function warnOfGuessing(
  warnings: Warnings | undefined,
  tx: Tx,
  guesses: Guesses,
  found: LookupResult,
  now: number,
): Promise<void> {
  const day = Math.floor(now / DAY_MS);
  const owners = new Set(
    guesses.exhausted
      .map(({ credentialId }) => found.row(credentialId))
      .flatMap((row) => (row.kind === null ? [] : [row.person_id])),
  );
  for (const personId of owners) {
    await warnings?.warn(tx, personId, 'guessing', `guessing:${personId}:${day}`);
  }
}
