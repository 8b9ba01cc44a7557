import { describe, expect, test } from 'vitest';
import { decideOffline, listUse } from '../../../../device/list/list-decision.ts';
import { hmacSha256, nodeScrypt, sha256 } from '../../../../device/list/node-crypto.ts';
import { buildFullList } from '../../../../shared/offline-list/build-list.ts';
import { deriveEntry, entryKey } from '../../../../shared/offline-list/entry-key.ts';
import {
  type EntryState,
  packEntry,
  sortEntries,
} from '../../../../shared/offline-list/entry-table.ts';
import { openList } from '../../../../shared/offline-list/list-file.ts';
import { OfflineList } from '../../../../shared/offline-list/offline-list.ts';
import { buildTools, openTools, terms, testCost } from '../../../support/hands/list-tools.ts';

const crypto = { scrypt: nodeScrypt, hmac: hmacSha256 };
const people: [string, string, EntryState][] = [
  ['RSSMRA85T10A562S', '1'.repeat(32), 'allowed'],
  ['VRDLGI80A01F205X', '2'.repeat(32), 'allowedWithCompanion'],
  ['BNCNNA70D41H501Z', '3'.repeat(32), 'denied'],
];

async function listOfPeople() {
  const { policy, epochKey } = terms();
  const words = await Promise.all(
    people.map(async ([code, id, state]) =>
      packEntry(
        entryKey(await deriveEntry(code, id, testCost, nodeScrypt), policy, epochKey, hmacSha256),
        state,
      ),
    ),
  );
  const file = buildFullList(sortEntries(BigUint64Array.from(words)), terms(), buildTools);
  return OfflineList.fromFull(openList(file, { ...openTools, sha256 }));
}

const { issuedAt, maxAgeMs } = terms();
const asked = ([codiceFiscale, credentialId]: readonly string[]) => ({
  codiceFiscale: codiceFiscale ?? '',
  credentialId: credentialId ?? '',
});

describe('offline', () => {
  test.each([
    [people[0], { outcome: 'granted', companion: false }],
    [people[1], { outcome: 'granted', companion: true }],
    [people[2], { outcome: 'denied', reason: 'notOnList' }],
    [['RSSMRA85T10A562S', '2'.repeat(32)], { outcome: 'unconfirmed', reason: 'unavailable' }],
    [['RSSMRA85T10A562S', '9'.repeat(32)], { outcome: 'unconfirmed', reason: 'unavailable' }],
  ])('%j gets %j', async (person, verdict) => {
    const at = { now: issuedAt + 1_000, clockTrust: 'synced' as const };
    const answer = await decideOffline(await listOfPeople(), asked(person as string[]), at, crypto);
    expect(answer).toEqual({ verdict, list: { epoch: 1, version: 1, ageMs: 1_000 } });
  });

  test.each([
    ['past its age', issuedAt + maxAgeMs + 1, 'synced', 'tooOld'],
    ['at its age', issuedAt + maxAgeMs, 'estimated', 'usable'],
    ['with a clock unset', issuedAt + 1, 'unset', 'clockDoubtful'],
    [
      'exactly as far behind the list as an issuer may be ahead',
      issuedAt - 600_000,
      'synced',
      'usable',
    ],
    ['a little further behind the list', issuedAt - 600_001, 'synced', 'clockDoubtful'],
    ['with a clock years back', Date.UTC(1970, 0, 1), 'estimated', 'clockDoubtful'],
    ['with a clock years ahead', Date.UTC(2038, 0, 1), 'synced', 'tooOld'],
    ['issued a moment ahead of us', issuedAt - 60_000, 'synced', 'usable'],
  ] as const)('%s', async (_name, now, clockTrust, state) => {
    const list = await listOfPeople();
    expect(listUse(list, now, clockTrust).state).toBe(state);
    const { verdict } = await decideOffline(
      list,
      asked(people[0] as string[]),
      { now, clockTrust },
      crypto,
    );
    expect(verdict).toEqual(
      state === 'usable'
        ? { outcome: 'granted', companion: false }
        : { outcome: 'unconfirmed', reason: 'listTooOld' },
    );
  });

  test('without a list it is said that the check can’t be done', async () => {
    const at = { now: issuedAt, clockTrust: 'synced' as const };
    expect(await decideOffline(undefined, asked(people[0] as string[]), at, crypto)).toEqual({
      verdict: { outcome: 'unconfirmed', reason: 'unavailable' },
    });
  });

  test('what was derived does not stay in memory', async () => {
    let derived: Uint8Array | undefined;
    const scrypt: typeof nodeScrypt = async (...args) => {
      derived = await nodeScrypt(...args);
      return derived;
    };
    const at = { now: issuedAt, clockTrust: 'synced' as const };
    await decideOffline(await listOfPeople(), asked(people[0] as string[]), at, {
      ...crypto,
      scrypt,
    });
    expect(derived?.every((byte) => byte === 0)).toBe(true);
  });
});
