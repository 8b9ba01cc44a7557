import { CHARACTERS, DIGIT_POSITIONS, PLACE_LETTERS } from './alphabet.ts';
import { birthDays, type Day, formatDay } from './calendar.ts';
import {
  type Era,
  isProvisionalOffice,
  judgePersonal,
  numbersOf,
  type ParseOptions,
  todayOf,
} from './check.ts';
import { diagnosePersonal, diagnoseProvisional, foreignCharacters } from './diagnose.ts';
import { placeEnd, placeExists } from './places.ts';
import type { Problem, Warning } from './problems.ts';
import { reduce } from './reduce.ts';

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
  const text = typeof input === 'string' ? input : '';
  if (text.length === 16 && judgePersonal(text, options) === 'valid') {
    return accept(text.toUpperCase(), options);
  }
  const { values, count } = reduce(text);
  if (count === 16) {
    const code = textOf(values);
    return code.length === 16 && judgePersonal(code, options) === 'valid'
      ? accept(code, options)
      : refuse(values, code, options);
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

/** All that is wrong with a code that is; with what was read if that is the place alone. */
function refuse(values: readonly number[], code: string, options: ParseOptions): Refused {
  const problems = diagnosePersonal(values, options);
  if (problems.length > 1 || problems[0]?.code !== 'placeUnknown') {
    return { ok: false, problems };
  }
  const { facts, warnings } = accept(code, options);
  return { ok: false, problems, doubtful: { code, facts, warnings } };
}

function textOf(values: readonly number[]): string {
  let text = '';
  for (const value of values) {
    text += CHARACTERS.charAt(value);
  }
  return text;
}

function parseProvisional(values: readonly number[]): ParseResult {
  const problems = diagnoseProvisional(values);
  if (problems.length > 0) {
    return { ok: false, problems };
  }
  const code = textOf(values);
  const office = code.slice(7, 10);
  const warnings: Warning[] = isProvisionalOffice(Number(office))
    ? []
    : [{ code: 'provisionalOffice', positions: [8, 9, 10], strong: false }];
  return { ok: true, code, facts: { kind: 'provisional', office }, warnings };
}
