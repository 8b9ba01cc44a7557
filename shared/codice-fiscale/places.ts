import { PLACE_LETTERS } from './alphabet.ts';
import { DIGITS, fromDigit, RANK_BASE } from './packing.ts';
import {
  END_DAYS,
  ENDED_HIGH,
  ENDED_LOW,
  ENDED_STEPS,
  EXISTING,
  NEVER_ASSIGNED,
  UNLISTED_STATES,
} from './places.generated.ts';

/**
 * The places a codice fiscale can name: which codes exist and, for those that ended, the last day of
 * their last era. The eras themselves are known to the server only (`server/registry/places`).
 *
 * A place's *index* is its series among {@link PLACE_LETTERS} times 1,000 plus its number.
 */

/** One bit for each index. */
const existing = Uint8Array.from(atob(EXISTING), (character) => character.charCodeAt(0));

/** The numbers written as steps from each to the next, base 36. */
function fromSteps(text: string): number[] {
  let number = 0;
  return text.split(',').map((step) => {
    number += Number.parseInt(step, 36);
    return number;
  });
}

/** The last day, `yyyymmdd`, of each place that ended. */
const endOf = new Map<number, number>();
{
  const msPerDay = 86_400_000;
  const days = fromSteps(END_DAYS).map((day) =>
    Number(new Date(day * msPerDay).toISOString().slice(0, 10).replaceAll('-', '')),
  );
  let index = 0;
  for (const digit of ENDED_STEPS) {
    index += fromDigit(digit);
    // The highest digit is a step that the next digit goes on with.
    if (fromDigit(digit) < DIGITS.length - 1) {
      const place = endOf.size;
      const rank =
        fromDigit(ENDED_HIGH.charAt(place)) * RANK_BASE + fromDigit(ENDED_LOW.charAt(place));
      endOf.set(index, days[rank] ?? 0);
    }
  }
}

const unlistedStates = new Set(fromSteps(UNLISTED_STATES));
const neverAssigned = new Set(fromSteps(NEVER_ASSIGNED));

const newestSeries = PLACE_LETTERS.indexOf('M') * 1000;
const foreignSeries = PLACE_LETTERS.indexOf('Z') * 1000;

/** The last commune that the table knows. */
const lastCommune = (() => {
  let index = newestSeries + 999;
  while (!placeExists(index)) {
    index -= 1;
  }
  return index;
})();

/** New communes to expect between two rebuilds of the table: some years' worth. */
const NEW_COMMUNES_MAX = 16;

/** Whether a place is in the table. */
export function placeExists(index: number): boolean {
  return (((existing[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** The last day of a place's last era as a number `yyyymmdd`, or 0 if it has not ended. */
export function placeEnd(index: number): number {
  return endOf.get(index) ?? 0;
}

/**
 * Whether a code that is not in the table is somebody's all the same: a state or territory of earlier
 * years, or a commune of the past. Numbers were given out one after the other, so that every number up
 * to the last is used, but for a few that no list has.
 */
export function wasAssigned(index: number): boolean {
  if (index >= foreignSeries) {
    return unlistedStates.has(index);
  }
  return index <= lastCommune && index % 1000 !== 0 && !neverAssigned.has(index);
}

/**
 * Whether an unlisted code is one that a commune newer than the table would get: the numbers that
 * follow the last one known. New communes take the next free number of series `M`; M439, of February
 * 2026, is the first that this table does not have.
 */
export function mayBeNewCommune(index: number): boolean {
  return index > lastCommune && index <= lastCommune + NEW_COMMUNES_MAX;
}
