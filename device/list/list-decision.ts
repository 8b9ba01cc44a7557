import {
  deriveEntry,
  entryKey,
  type HmacSha256,
  type Scrypt,
} from '../../shared/offline-list/entry-key.ts';
import type { EntryState } from '../../shared/offline-list/entry-table.ts';
import type { OfflineList } from '../../shared/offline-list/offline-list.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { ClockTrust } from '../time/server-clock.ts';

/** Whether a list can be decided from now. Its age is for staff. */
export type ListUse =
  | { state: 'usable'; ageMs: number }
  | { state: 'none' }
  | { state: 'tooOld'; ageMs: number }
  /** The clock is unset, or before the list's own time: nobody can tell how old the list is. */
  | { state: 'clockDoubtful' };

/** An issuer's clock may be this much ahead of ours, in milliseconds. */
const AHEAD_MAX_MS = 10 * 60_000;

/** Pure: whether a list may be used at a time. */
export function listUse(
  list: OfflineList | undefined,
  now: number,
  clockTrust: ClockTrust,
): ListUse {
  if (!list) {
    return { state: 'none' };
  }
  const ageMs = now - list.header.issuedAt;
  if (clockTrust === 'unset' || ageMs < -AHEAD_MAX_MS) {
    return { state: 'clockDoubtful' };
  }
  return ageMs > list.header.maxAgeMs
    ? { state: 'tooOld', ageMs }
    : { state: 'usable', ageMs: Math.max(0, ageMs) };
}

/** A verdict made without the server, with what it was made from. */
export interface OfflineAnswer {
  verdict: Verdict;
  /** The list that was asked; none when there was none to ask. */
  list?: { epoch: number; version: number; ageMs: number };
}

export interface OfflineDeps {
  scrypt: Scrypt;
  hmac: HmacSha256;
}

/**
 * Decides from the list. It never guesses: past the list's age, or with a clock that can't tell it, the
 * answer is `unconfirmed`; so it is for a pair the list does not know, since a paper verbale may exist
 * (domain §1), and a wrong code gives the same words in the same time.
 */
export async function decideOffline(
  list: OfflineList | undefined,
  asked: { codiceFiscale: string; credentialId: string },
  at: { now: number; clockTrust: ClockTrust },
  deps: OfflineDeps,
): Promise<OfflineAnswer> {
  const use = listUse(list, at.now, at.clockTrust);
  if (!list || use.state === 'none') {
    return { verdict: { outcome: 'unconfirmed', reason: 'unavailable' } };
  }
  if (use.state !== 'usable') {
    return { verdict: { outcome: 'unconfirmed', reason: 'listTooOld' } };
  }
  const { header } = list;
  const derived = await deriveEntry(
    asked.codiceFiscale,
    asked.credentialId,
    header.kdf,
    deps.scrypt,
  );
  const key = entryKey(derived, header.policy, header.epochKey, deps.hmac);
  derived.fill(0);
  return {
    verdict: verdictOf(list.stateOf(key)),
    list: { epoch: header.epoch, version: header.version, ageMs: use.ageMs },
  };
}

function verdictOf(state: EntryState): Verdict {
  switch (state) {
    case 'allowed':
      return { outcome: 'granted', companion: false };
    case 'allowedWithCompanion':
      return { outcome: 'granted', companion: true };
    case 'denied':
      return { outcome: 'denied', reason: 'notOnList' };
    case 'absent':
      return { outcome: 'unconfirmed', reason: 'unavailable' };
  }
}
