import { createHash } from 'node:crypto';
import { hmacSha256, nodeScrypt } from '../../device/list/node-crypto.ts';
import { characterValue, PLACE_LETTERS } from '../../shared/codice-fiscale/alphabet.ts';
import { placeExists, wasAssigned } from '../../shared/codice-fiscale/places.ts';
import { isTriplet } from '../../shared/codice-fiscale/triplet.ts';
import { deriveEntry, entryKey, fullCost } from '../../shared/offline-list/entry-key.ts';
import type { BenchContext } from './harness/bench-context.ts';

const CREDENTIAL = '00112233445566778899aabbccddeeff';
const GUESSES = 30;
const HASHES = 100_000;
const COSTS = [fullCost.cost, 2 * fullCost.cost, 4 * fullCost.cost];
/** Who has a stolen register of everybody's codice fiscale tries each: 59 million residents. */
const RESIDENTS = 59_000_000;
const BIRTH_YEARS = 100;
const DAYS = 366;

/**
 * What it costs to find the codice fiscale behind a stolen QR code with a stolen offline list: a guess is a
 * scrypt, an HMAC and a look-up, and only the first counts. CPU time of one core of this machine.
 */
export async function run(context: BenchContext): Promise<void> {
  const hashMs = hashTime();
  const places = Array.from({ length: PLACE_LETTERS.length * 1_000 }, (_, index) => index).filter(
    (index) => placeExists(index) || wasAssigned(index),
  ).length;
  const triplets = countTriplets();
  // A day and a sex are one field of the codice fiscale: 366 days of a leap year, twice.
  const births = BIRTH_YEARS * DAYS * 2;
  const known: readonly (readonly [what: string, guesses: number])[] = [
    ['name, sex and day of birth are known: only the place is guessed', places],
    ['name alone is known: 100 years of birth, both sexes, every place', births * places],
    ['a stolen register of all 59 million residents', RESIDENTS],
    ['nothing is known', triplets ** 2 * births * places],
  ];
  for (const cost of COSTS) {
    const ms = await guessTime(cost);
    context.report({
      metric: `a guess at cost ${cost}`,
      value: ms,
      unit: 'ms',
      baseline: 'a SHA-256, which an unkeyed list would cost',
      baselineValue: hashMs,
      ratio: ms / hashMs,
    });
    for (const [what, guesses] of known) {
      const hours = (guesses * ms) / 3_600_000;
      context.report({ metric: `${what}, ${guesses} guesses`, value: hours, unit: 'core-hours' });
    }
  }
}

async function guessTime(cost: number): Promise<number> {
  const epochKey = new Uint8Array(32).fill(7);
  const before = process.cpuUsage();
  for (let guess = 0; guess < GUESSES; guess++) {
    const codiceFiscale = `RSSMRA85T10A5${String(guess).padStart(2, '0')}S`;
    const derived = await deriveEntry(codiceFiscale, CREDENTIAL, { ...fullCost, cost }, nodeScrypt);
    entryKey(derived, 'musei-statali', epochKey, hmacSha256);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / GUESSES;
}

function hashTime(): number {
  const before = process.cpuUsage();
  for (let index = 0; index < HASHES; index++) {
    createHash('sha256').update(`${CREDENTIAL} ${index}`).digest();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / HASHES;
}

/** How many triplets of letters a name can have. */
function countTriplets(): number {
  const letters = Array.from({ length: 26 }, (_, index) => characterValue(65 + index));
  let count = 0;
  for (const first of letters) {
    for (const second of letters) {
      count += letters.filter((third) => isTriplet(first, second, third)).length;
    }
  }
  return count;
}
