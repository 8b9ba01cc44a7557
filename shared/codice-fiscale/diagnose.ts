import {
  DAYS_OF_MONTH,
  DIGIT_MEANT,
  IS_DIGIT_POSITION,
  MONTH_MEANT,
  NO_VALUE,
  PLACE_SERIES,
} from './alphabet.ts';
import { birthDays, isDayOfEitherCentury } from './calendar.ts';
import { checkValueOf, hasLuhnDigit, mayBePlace, type ParseOptions, todayOf } from './check.ts';
import { placeExists } from './places.ts';
import type { Problem, ProblemCode } from './problems.ts';
import { isTriplet } from './triplet.ts';

/**
 * All that is wrong with the values of 16 characters, in the order of the code; nothing if they are a
 * valid code.
 */
export function diagnosePersonal(values: readonly number[], options: ParseOptions): Problem[] {
  const problems: Problem[] = foreignCharacters(values);
  addMisplaced(values, problems);
  addTriplets(values, problems);
  const birth = readBirth(values, problems);
  const place = readPlace(values, problems);
  if (!values.includes(NO_VALUE) && isLetter(values[15] ?? NO_VALUE)) {
    add(problems, 'checkCharacter', checkValueOf(values) === values[15] ? [] : [16]);
  }
  if (birth !== undefined && place !== undefined && place % 1000 !== 0 && !placeExists(place)) {
    const days = birthDays(birth.year, birth.month, birth.day, todayOf(options));
    add(problems, 'placeUnknown', mayBePlace(place, days) ? [] : [12, 13, 14, 15]);
  }
  return inOrder(problems);
}

/** All that is wrong with the values of the 11 characters of a provisional code. */
export function diagnoseProvisional(values: readonly number[]): Problem[] {
  const problems = foreignCharacters(values);
  add(problems, 'provisionalLetter', positionsWhere(values, isLetter));
  if (problems.length > 0) {
    return inOrder(problems);
  }
  if (values.every((value) => value === 0)) {
    return [{ code: 'provisionalZero', positions: [] }];
  }
  return hasLuhnDigit(values) ? [] : [{ code: 'provisionalCheck', positions: [11] }];
}

interface Birth {
  year: number;
  month: number;
  day: number;
}

/** Problems by their first position; those of the whole code first. */
function inOrder(problems: Problem[]): Problem[] {
  return problems.sort((one, other) => (one.positions[0] ?? 0) - (other.positions[0] ?? 0));
}

/** The positions, from 1, of the values that meet a condition. */
function positionsWhere(
  values: readonly number[],
  condition: (value: number, position: number) => boolean,
): number[] {
  const positions: number[] = [];
  for (let position = 0; position < values.length; position++) {
    if (condition(values[position] ?? NO_VALUE, position)) {
      positions.push(position + 1);
    }
  }
  return positions;
}

function add(problems: Problem[], code: ProblemCode, positions: number[]): void {
  if (positions.length > 0) {
    problems.push({ code, positions: [...positions] });
  }
}

/** The characters that are neither ASCII letters nor digits. */
export function foreignCharacters(values: readonly number[]): Problem[] {
  const problems: Problem[] = [];
  add(
    problems,
    'characterForeign',
    positionsWhere(values, (value) => value === NO_VALUE),
  );
  return problems;
}

/** Digits where letters stand, and letters where digits stand that mean no digit. */
function addMisplaced(values: readonly number[], problems: Problem[]): void {
  const digits = positionsWhere(
    values,
    (value, position) => IS_DIGIT_POSITION[position] === 0 && value < 10,
  );
  add(problems, 'digitForLetter', digits);
  const letters = positionsWhere(
    values,
    (value, position) =>
      IS_DIGIT_POSITION[position] === 1 && value !== NO_VALUE && DIGIT_MEANT[value] === NO_VALUE,
  );
  add(problems, 'letterForDigit', letters);
}

const isLetter = (value: number) => value > 9 && value !== NO_VALUE;

function addTriplets(values: readonly number[], problems: Problem[]): void {
  for (const [from, code] of [
    [0, 'surnameTriplet'],
    [3, 'nameTriplet'],
  ] as const) {
    const [first = NO_VALUE, second = NO_VALUE, third = NO_VALUE] = values.slice(from, from + 3);
    const letters = isLetter(first) && isLetter(second) && isLetter(third);
    if (letters && !isTriplet(first, second, third)) {
      problems.push({ code, positions: [from + 1, from + 2, from + 3] });
    }
  }
}

/** The day of birth; `undefined` with its problems if there is no such day. */
function readBirth(values: readonly number[], problems: Problem[]): Birth | undefined {
  const month = MONTH_MEANT[values[8] ?? NO_VALUE] ?? 0;
  if (month === 0 && isLetter(values[8] ?? NO_VALUE)) {
    problems.push({ code: 'monthLetter', positions: [9] });
  }
  const year = numberAt(values, 6, 8);
  const dayField = numberAt(values, 9, 11);
  if (dayField === undefined) {
    return undefined;
  }
  const day = dayField > 40 ? dayField - 40 : dayField;
  if (day < 1 || day > 31) {
    problems.push({ code: 'day', positions: [10, 11] });
    return undefined;
  }
  if (month === 0) {
    return undefined;
  }
  if (day > (DAYS_OF_MONTH[month] ?? 0)) {
    problems.push({ code: 'date', positions: [9, 10, 11] });
    return undefined;
  }
  if (year === undefined) {
    return undefined;
  }
  if (!isDayOfEitherCentury(year, month, day)) {
    problems.push({ code: 'date', positions: [7, 8, 9, 10, 11] });
    return undefined;
  }
  return { year, month, day };
}

/** The place's index, whether it exists or not; `undefined` with its problems if it can't be one. */
function readPlace(values: readonly number[], problems: Problem[]): number | undefined {
  const series = PLACE_SERIES[values[11] ?? NO_VALUE] ?? NO_VALUE;
  const number = numberAt(values, 12, 15);
  if (series === NO_VALUE && isLetter(values[11] ?? NO_VALUE)) {
    problems.push({ code: 'placeLetter', positions: [12] });
  }
  if (number === 0) {
    problems.push({ code: 'placeZero', positions: [13, 14, 15] });
  }
  return series === NO_VALUE || number === undefined ? undefined : series * 1000 + number;
}

/** The number that digits, plain or by omocodia, mean; `undefined` if one of them means none. */
function numberAt(values: readonly number[], from: number, to: number): number | undefined {
  let number = 0;
  for (let position = from; position < to; position++) {
    const digit = DIGIT_MEANT[values[position] ?? NO_VALUE] ?? NO_VALUE;
    if (digit === NO_VALUE) {
      return undefined;
    }
    number = number * 10 + digit;
  }
  return number;
}
