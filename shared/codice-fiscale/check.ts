import {
  characterValue,
  DIGIT_MEANT,
  EVEN_WEIGHTS,
  IS_DIGIT_POSITION,
  MONTH_MEANT,
  NO_VALUE,
  ODD_WEIGHTS,
  PLACE_SERIES,
} from './alphabet.ts';
import { birthDays, type Day, isDayOfEitherCentury, parseDay, systemToday } from './calendar.ts';
import { AS_OF } from './places.generated.ts';
import { mayBeNewCommune, placeExists, wasAssigned } from './places.ts';
import { reduceToText } from './reduce.ts';
import { letterRole, rolesFit } from './triplet.ts';

/** A time in which a place existed under one code: first and last day, ISO; no last day while it exists. */
export interface Era {
  from: string;
  to?: string;
}

/** What a caller can tell the check. */
export interface ParseOptions {
  /** What day it is, `YYYY-MM-DD`; the system's local day if not given. */
  today?: string | undefined;
  /** The eras of a place; `undefined` for one that is not known. */
  erasOf?: ((place: string) => readonly Era[] | undefined) | undefined;
}

/** The value of the check character of 15 values that are all known, each as typed. */
export function checkValueOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let position = 0; position < 14; position += 2) {
    sum +=
      (ODD_WEIGHTS[values[position] ?? 0] ?? 0) + (EVEN_WEIGHTS[values[position + 1] ?? 0] ?? 0);
  }
  sum += ODD_WEIGHTS[values[14] ?? 0] ?? 0;
  return 10 + (sum % 26);
}

/**
 * Whether 11 digits end with their control digit: every second digit is doubled, and nines are cast
 * out (DPR 633/1972; ISO/IEC 7812, Luhn).
 */
export function hasLuhnDigit(digits: ArrayLike<number>): boolean {
  let sum = 0;
  for (let position = 0; position < 11; position++) {
    const digit = digits[position] ?? 0;
    sum += position % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9;
  }
  return sum % 10 === 0;
}

/**
 * Whether a place that is not in the table may be where somebody was born on one of these days: it was
 * assigned once, or it is newer than the table and so is the person.
 */
export function mayBePlace(place: number, births: readonly Day[]): boolean {
  return wasAssigned(place) || (mayBeNewCommune(place) && births.some((birth) => birth >= AS_OF));
}

/**
 * What each character adds to the sum of a code, by position and ASCII code: in the lowest ten bits
 * its weight for the check character, then five bits each that count characters of the wrong kind for
 * their position and characters that are no letters or digits, then five bits each in which the roles
 * of the surname's and the name's letters become one number. One addition a character judges them all.
 */
const sums = new Int32Array(16 * 128);
const WRONG = 1 << 10;
const FOREIGN = 1 << 15;
const SURNAME_SHIFT = 20;
const NAME_SHIFT = 25;
const FIVE_BITS = 31;

for (let position = 0; position < 16; position++) {
  for (let code = 0; code < 128; code++) {
    const value = characterValue(code);
    sums[position * 128 + code] = value === NO_VALUE ? FOREIGN : sumOf(position, value);
  }
}

function sumOf(position: number, value: number): number {
  const weights = position % 2 === 0 ? ODD_WEIGHTS : EVEN_WEIGHTS;
  let sum = position === 15 ? 0 : (weights[value] ?? 0);
  if (!isOfItsKind(position, value)) {
    sum += WRONG;
  } else if (position < 6) {
    const shift = position < 3 ? SURNAME_SHIFT : NAME_SHIFT;
    sum += (letterRole(value) * ([9, 3, 1][position % 3] ?? 0)) << shift;
  }
  return sum;
}

function isOfItsKind(position: number, value: number): boolean {
  if (IS_DIGIT_POSITION[position] === 1) {
    return DIGIT_MEANT[value] !== NO_VALUE;
  }
  if (position === 8) {
    return MONTH_MEANT[value] !== 0;
  }
  return position === 11 ? PLACE_SERIES[value] !== NO_VALUE : value > 9;
}

/** Whether three letters can be a triplet, by the number that their roles make. */
const tripletFits = Uint8Array.from({ length: 32 }, (_, roles) =>
  roles < 27 && rolesFit(Math.floor(roles / 9), Math.floor(roles / 3) % 3, roles % 3) ? 1 : 0,
);

/**
 * What each character adds to the numbers of a code, by position and ASCII code: the place in the lowest
 * 14 bits, then seven bits each of the year and of the day.
 */
const numbers = new Int32Array(16 * 128);
const YEAR_SHIFT = 14;
const DAY_SHIFT = 21;
const SEVEN_BITS = 127;

for (const [position, unit] of [
  [6, 10 << YEAR_SHIFT],
  [7, 1 << YEAR_SHIFT],
  [9, 10 << DAY_SHIFT],
  [10, 1 << DAY_SHIFT],
  [11, 1000],
  [12, 100],
  [13, 10],
  [14, 1],
] as const) {
  const meant = position === 11 ? PLACE_SERIES : DIGIT_MEANT;
  for (let code = 0; code < 128; code++) {
    const number = meant[characterValue(code)] ?? 0;
    numbers[position * 128 + code] = number === NO_VALUE ? 0 : number * unit;
  }
}

const monthByCode = Uint8Array.from(
  { length: 128 },
  (_, code) => MONTH_MEANT[characterValue(code)] ?? 0,
);

/** What the quick look at 16 characters says; `foreign`: there are others than letters and digits. */
type Judgement = 'valid' | 'invalid' | 'foreign';

/** Judges 16 characters, in either case, without a word about what is wrong. */
export function judgePersonal(code: string, options?: ParseOptions): Judgement {
  let sum = 0;
  let codes = 0;
  let number = 0;
  for (let position = 0; position < 6; position++) {
    const each = code.charCodeAt(position);
    codes |= each;
    sum += sums[(position << 7) | (each & 127)] ?? 0;
  }
  for (let position = 6; position < 16; position++) {
    const each = code.charCodeAt(position);
    const at = (position << 7) | (each & 127);
    codes |= each;
    sum += sums[at] ?? 0;
    number += numbers[at] ?? 0;
  }
  if (codes > 127 || (sum & (FIVE_BITS * FOREIGN)) !== 0) {
    return 'foreign';
  }
  if (
    (sum & (FIVE_BITS * WRONG)) !== 0 ||
    // Letters differ from their lower case in one bit.
    65 + ((sum & (WRONG - 1)) % 26) !== (code.charCodeAt(15) & ~32) ||
    tripletFits[(sum >> SURNAME_SHIFT) & FIVE_BITS] === 0 ||
    tripletFits[(sum >> NAME_SHIFT) & FIVE_BITS] === 0
  ) {
    return 'invalid';
  }
  const month = monthByCode[code.charCodeAt(8)] ?? 0;
  return hasDayAndPlace(number, month, options) ? 'valid' : 'invalid';
}

function hasDayAndPlace(number: number, month: number, options?: ParseOptions): boolean {
  const year = (number >> YEAR_SHIFT) & SEVEN_BITS;
  const dayField = number >> DAY_SHIFT;
  const day = dayField > 40 ? dayField - 40 : dayField;
  if (!isDayOfEitherCentury(year, month, day)) {
    return false;
  }
  const place = number & ((1 << YEAR_SHIFT) - 1);
  return placeExists(place) || mayBePlace(place, birthDays(year, month, day, todayOf(options)));
}

/** The numbers in a code of which every character is of its kind. */
export function numbersOf(code: string): {
  year: number;
  month: number;
  dayField: number;
  place: number;
} {
  let number = 0;
  for (let position = 6; position < 15; position++) {
    number += numbers[(position << 7) | code.charCodeAt(position)] ?? 0;
  }
  return {
    year: (number >> YEAR_SHIFT) & SEVEN_BITS,
    month: monthByCode[code.charCodeAt(8)] ?? 0,
    dayField: number >> DAY_SHIFT,
    place: number & ((1 << YEAR_SHIFT) - 1),
  };
}

/** Whether 11 characters are a provisional code. */
export function isProvisional(code: string): boolean {
  return (
    /^[0-9]{11}$/.test(code) && code !== '00000000000' && hasLuhnDigit(Array.from(code, Number))
  );
}

/**
 * Whether an office gives out numbers of 11 digits: the provinces (1–100), the offices for residents
 * abroad and non-residents (120, 121), and the registry's own (888, 999).
 */
export function isProvisionalOffice(office: number): boolean {
  return (office >= 1 && office <= 100) || [120, 121, 888, 999].includes(office);
}

/** What day it is; never earlier than the list of places, so that an unset clock refuses nobody. */
export function todayOf(options: ParseOptions | undefined): Day {
  const today = options?.today === undefined ? undefined : parseDay(options.today);
  return Math.max(today ?? systemToday(), AS_OF);
}

/**
 * Whether an input is a valid codice fiscale, full or provisional: exactly when `parse` says `ok`, and
 * much faster. Never throws; time is linear in the input's length.
 *
 * @example isValid('rss mra 80a01 h501u') // true
 */
export function isValid(input: string, options?: ParseOptions): boolean {
  if (typeof input !== 'string') {
    return false;
  }
  if (input.length === 16) {
    const judgement = judgePersonal(input, options);
    if (judgement !== 'foreign') {
      return judgement === 'valid';
    }
  }
  const code = input.length === 11 && isProvisional(input) ? input : reduceToText(input);
  return code?.length === 16
    ? judgePersonal(code, options) === 'valid'
    : code?.length === 11 && isProvisional(code);
}
