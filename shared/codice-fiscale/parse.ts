import {
  CHARACTERS,
  DAYS_OF_MONTH,
  DIGIT_MEANT,
  DIGIT_POSITIONS,
  IS_DIGIT_POSITION,
  MONTH_MEANT,
  NO_VALUE,
  PLACE_LETTERS,
  PLACE_SERIES,
} from './alphabet.ts';
import { birthDays, type Day, formatDay, isDayOfEitherCentury } from './calendar.ts';
import {
  checkValueOf,
  type Era,
  hasLuhnDigit,
  isProvisionalOffice,
  judgePersonal,
  mayBePlace,
  numbersOf,
  type ParseOptions,
  todayOf,
} from './check.ts';
import { placeEnd, placeExists } from './places.ts';
import type { Problem, ProblemCode, Warning } from './problems.ts';
import { reduce } from './reduce.ts';
import { isTriplet } from './triplet.ts';

/** The place of birth. */
export interface Place {
  /** The Belfiore code with its digits plain, such as `H501`. */
  code: string;
  kind: 'commune' | 'foreignState';
  /** The last day of its last era, ISO, if it has ended. */
  endedOn?: string;
  /** When it existed, oldest first: only if `erasOf` was given (`server/registry/places` has them). */
  eras?: readonly Era[];
}

/** What a full code says of a person. Nothing of it is proof: two people may share all of it. */
export interface PersonalFacts {
  kind: 'personal';
  /** The days of birth it can mean, ISO, oldest first: one for each century, none in the future. */
  birthDates: string[];
  sex: 'female' | 'male';
  place: Place;
  /** Which of the seven digits are letters by omocodia: bit 6 is position 7, bit 0 position 15. */
  omocodia: number;
}

/** What a provisional code of 11 digits says. */
export interface ProvisionalFacts {
  kind: 'provisional';
  /** The three digits of the office that gave it. */
  office: string;
}

export type Facts = PersonalFacts | ProvisionalFacts;

/**
 * A code that is valid. `code` is as typed, in upper case and without separators: with omocodia's
 * letters, because it is another person's code without them.
 */
export interface Parsed {
  ok: true;
  code: string;
  facts: Facts;
  warnings: Warning[];
}

/** A code that is refused. */
export interface Refused {
  ok: false;
  /** At least one, in the order of the code. */
  problems: Problem[];
  /**
   * Present if all that is wrong is a place that is in no list. The list may be older than the place:
   * a gate may go on with it once the person has compared it with the card.
   */
  doubtful?: Omit<Parsed, 'ok'>;
}

export type ParseResult = Parsed | Refused;

/**
 * Reads a codice fiscale, full (16 characters) or provisional (11 digits), and says what it means or
 * all that is wrong with it (DM 23 December 1976; DPR 605/1973).
 *
 * Separators are taken out (see `reduce.ts`), ASCII lower case is accepted, nothing else is folded. The
 * check character is that of the code as typed. Never throws; time is linear in the input's length.
 *
 * @example
 * const result = parse('RSSMRA80A01H501U', { today: '2026-11-22' });
 * // { ok: true, code: 'RSSMRA80A01H501U', warnings: [], facts: { kind: 'personal', sex: 'male',
 * //   birthDates: ['1980-01-01'], place: { code: 'H501', kind: 'commune' }, omocodia: 0 } }
 */
export function parse(input: string, options: ParseOptions = {}): ParseResult {
  const given = typeof input === 'string' ? input : '';
  if (given.length === 16 && judgePersonal(given, options) === 'valid') {
    return accept(given.toUpperCase(), options);
  }
  const { values, count } = reduce(given);
  if (count === 16) {
    const code = textOf(values);
    return code.length === 16 && judgePersonal(code, options) === 'valid'
      ? accept(code, options)
      : refusePersonal(values, code, options);
  }
  if (count === 11 && values.filter((value) => value < 10).length >= PROVISIONAL_DIGITS_MIN) {
    return parseProvisional(values);
  }
  const problems = foreignCharacters(values);
  problems.unshift({ code: count === 0 ? 'empty' : 'length', positions: [] });
  return { ok: false, problems };
}

/** With fewer digits, 11 characters are a full code that isn't finished rather than a provisional one. */
const PROVISIONAL_DIGITS_MIN = 8;

const PLACE_POSITIONS = [12, 13, 14, 15];

/** Reads a code in upper case of which all is known to be right, but for the place perhaps. */
function accept(code: string, options: ParseOptions): Parsed {
  const { year, month, dayField, place } = numbersOf(code);
  const female = dayField > 40;
  const days = birthDays(year, month, female ? dayField - 40 : dayField, todayOf(options));
  const end = placeEnd(place);
  const warnings: Warning[] = [];
  if (end !== 0 && days.every((day) => day > end)) {
    warnings.push({ code: 'placeEnded', positions: [...PLACE_POSITIONS], strong: false });
  } else if (!placeExists(place)) {
    warnings.push({ code: 'placeUnlisted', positions: [...PLACE_POSITIONS], strong: true });
  }
  const facts: PersonalFacts = {
    kind: 'personal',
    birthDates: days.map(formatDay),
    sex: female ? 'female' : 'male',
    place: placeFacts(place, end, options),
    omocodia: omocodiaOf(code),
  };
  return { ok: true, code, facts, warnings };
}

function placeFacts(place: number, end: Day, options: ParseOptions): Place {
  const letter = PLACE_LETTERS.charAt(Math.floor(place / 1000));
  const code = letter + String(place % 1000).padStart(3, '0');
  const facts: Place = { code, kind: letter === 'Z' ? 'foreignState' : 'commune' };
  if (end !== 0) {
    facts.endedOn = formatDay(end);
  }
  const eras = options.erasOf?.(code);
  if (eras) {
    facts.eras = eras;
  }
  return facts;
}

function omocodiaOf(code: string): number {
  let mask = 0;
  for (const position of DIGIT_POSITIONS) {
    // Letters come after digits in ASCII.
    mask = mask * 2 + (code.charCodeAt(position) > 57 ? 1 : 0);
  }
  return mask;
}

/** All that is wrong with a code that is. */
function refusePersonal(values: number[], code: string, options: ParseOptions): Refused {
  const problems: Problem[] = foreignCharacters(values);
  addMisplaced(values, problems);
  addTriplets(values, problems);
  const birth = readBirth(values, problems);
  const place = readPlace(values, problems);
  if (!values.includes(NO_VALUE) && isLetter(values[15] as number)) {
    add(problems, 'checkCharacter', checkValueOf(values) === values[15] ? [] : [16]);
  }
  if (birth !== undefined && place !== undefined && place % 1000 !== 0 && !placeExists(place)) {
    const days = birthDays(birth.year, birth.month, birth.day, todayOf(options));
    add(problems, 'placeUnknown', mayBePlace(place, days) ? [] : PLACE_POSITIONS);
  }
  const only = problems.length === 1 && problems[0]?.code === 'placeUnknown';
  const refused: Refused = { ok: false, problems: inOrder(problems) };
  if (only) {
    const { facts, warnings } = accept(code, options);
    refused.doubtful = { code, facts, warnings };
  }
  return refused;
}

interface Birth {
  year: number;
  month: number;
  day: number;
}

function textOf(values: number[]): string {
  return values.map((value) => CHARACTERS.charAt(value)).join('');
}

/** Problems by their first position; those of the whole code first. */
function inOrder(problems: Problem[]): Problem[] {
  return problems.sort((one, other) => (one.positions[0] ?? 0) - (other.positions[0] ?? 0));
}

/** The positions, from 1, of the values that meet a condition. */
function positionsWhere(
  values: number[],
  condition: (value: number, position: number) => boolean,
): number[] {
  return values.flatMap((value, position) => (condition(value, position) ? [position + 1] : []));
}

function add(problems: Problem[], code: ProblemCode, positions: number[]): void {
  if (positions.length > 0) {
    problems.push({ code, positions: [...positions] });
  }
}

function foreignCharacters(values: number[]): Problem[] {
  const problems: Problem[] = [];
  add(
    problems,
    'characterForeign',
    positionsWhere(values, (value) => value === NO_VALUE),
  );
  return problems;
}

/** Digits where letters stand, and letters where digits stand that mean no digit. */
function addMisplaced(values: number[], problems: Problem[]): void {
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

function addTriplets(values: number[], problems: Problem[]): void {
  for (const [from, code] of [
    [0, 'surnameTriplet'],
    [3, 'nameTriplet'],
  ] as const) {
    const [first, second, third] = values.slice(from, from + 3) as [number, number, number];
    const letters = isLetter(first) && isLetter(second) && isLetter(third);
    if (letters && !isTriplet(first, second, third)) {
      problems.push({ code, positions: [from + 1, from + 2, from + 3] });
    }
  }
}

/** The day of birth; `undefined` with its problems if there is no such day. */
function readBirth(values: number[], problems: Problem[]): Birth | undefined {
  const month = MONTH_MEANT[values[8] as number] as number;
  if (month === 0 && isLetter(values[8] as number)) {
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
  if (day > (DAYS_OF_MONTH[month] as number)) {
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
function readPlace(values: number[], problems: Problem[]): number | undefined {
  const series = PLACE_SERIES[values[11] as number] as number;
  const number = numberAt(values, 12, 15);
  if (series === NO_VALUE && isLetter(values[11] as number)) {
    problems.push({ code: 'placeLetter', positions: [12] });
  }
  if (number === 0) {
    problems.push({ code: 'placeZero', positions: [13, 14, 15] });
  }
  return series === NO_VALUE || number === undefined ? undefined : series * 1000 + number;
}

/** The number that digits, plain or by omocodia, mean; `undefined` if one of them means none. */
function numberAt(values: number[], from: number, to: number): number | undefined {
  let number = 0;
  for (let position = from; position < to; position++) {
    const digit = DIGIT_MEANT[values[position] as number] as number;
    if (digit === NO_VALUE) {
      return undefined;
    }
    number = number * 10 + digit;
  }
  return number;
}

function parseProvisional(values: number[]): ParseResult {
  const problems = foreignCharacters(values);
  add(
    problems,
    'provisionalLetter',
    positionsWhere(values, (value) => isLetter(value)),
  );
  if (problems.length === 0) {
    if (values.every((value) => value === 0)) {
      problems.push({ code: 'provisionalZero', positions: [] });
    } else if (!hasLuhnDigit(values)) {
      problems.push({ code: 'provisionalCheck', positions: [11] });
    }
  }
  if (problems.length > 0) {
    return { ok: false, problems: inOrder(problems) };
  }
  const code = textOf(values);
  const office = code.slice(7, 10);
  const warnings: Warning[] = isProvisionalOffice(Number(office))
    ? []
    : [{ code: 'provisionalOffice', positions: [8, 9, 10], strong: false }];
  return { ok: true, code, facts: { kind: 'provisional', office }, warnings };
}
