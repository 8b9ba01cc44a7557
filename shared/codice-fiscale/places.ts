import { PLACE_LETTERS } from './alphabet.ts';
import { END_DATES, ENDED, EXISTING } from './places.generated.ts';

/**
 * The places a codice fiscale can name: which codes exist and, for those that ended, the last day of
 * their last era. The eras themselves are known to the server only (`server/registry/places`).
 *
 * A place's *index* is its series among {@link PLACE_LETTERS} times 1,000 plus its number.
 */

const PLACES_MAX = PLACE_LETTERS.length * 1000;

/** One bit for each index. */
const existing = Uint8Array.from(atob(EXISTING), (character) => character.charCodeAt(0));

/** 1 + the place in `endDates` of the last day of a place that ended; 0 for all others. */
const endings = new Uint16Array(PLACES_MAX);
const endDates: number[] = [];

{
  let date = 0;
  for (const step of END_DATES.split(',')) {
    date += Number.parseInt(step, 36);
    endDates.push(date);
  }
  let index = -1;
  for (const entry of ENDED.split(',')) {
    index += Number.parseInt(entry.slice(0, -2), 36);
    endings[index] = 1 + Number.parseInt(entry.slice(-2), 36);
  }
}

/** The last number that the table knows in the series of new communes. */
const lastCommune = (() => {
  const base = PLACE_LETTERS.indexOf('M') * 1000;
  let number = 999;
  while (number > 0 && !placeExists(base + number)) {
    number -= 1;
  }
  return base + number;
})();

/** New communes to expect between two rebuilds of the table: some 4 a year for several years. */
const NEW_COMMUNES_MAX = 32;

/** Whether a place code was ever assigned. */
export function placeExists(index: number): boolean {
  return (((existing[index >> 3] as number) >> (index & 7)) & 1) === 1;
}

/** The last day of a place's last era as a number `yyyymmdd`, or 0 if it has not ended. */
export function placeEnd(index: number): number {
  const ending = endings[index] as number;
  return ending === 0 ? 0 : (endDates[ending - 1] as number);
}

/**
 * Whether an unlisted code is one that a commune newer than the table would get: the numbers that
 * follow the last one known. New communes take the next free number of series `M`.
 */
export function mayBeNewCommune(index: number): boolean {
  return index > lastCommune && index <= lastCommune + NEW_COMMUNES_MAX;
}
