/**
 * Why a code is refused. The codes are closed and stable; the words for people are in `words/`.
 *
 * - `empty`: nothing is left once separators are gone.
 * - `length`: neither 16 characters nor the 11 digits of a provisional code.
 * - `characterForeign`: not an ASCII letter or digit, such as a Cyrillic letter that looks like one.
 * - `digitForLetter`, `letterForDigit`: one where the other must stand; the omocodia letters may stand
 *   for digits.
 * - `surnameTriplet`, `nameTriplet`: no name has these three letters.
 * - `monthLetter`, `day`, `date`: no month's letter; a day that is neither 1–31 nor 41–71; a day that
 *   this month of this year does not have.
 * - `placeLetter`, `placeZero`, `placeUnknown`: no series of places has this letter; number 000; a place
 *   that is in no list.
 * - `checkCharacter`: the last character does not follow from the others.
 * - `provisionalLetter`, `provisionalZero`, `provisionalCheck`: the same for codes of 11 digits.
 */
export const problemCodes = [
  'empty',
  'length',
  'characterForeign',
  'digitForLetter',
  'letterForDigit',
  'surnameTriplet',
  'nameTriplet',
  'monthLetter',
  'day',
  'date',
  'placeLetter',
  'placeZero',
  'placeUnknown',
  'checkCharacter',
  'provisionalLetter',
  'provisionalZero',
  'provisionalCheck',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** Something wrong with a code. It says where, never what: it may be logged and shown. */
export interface Problem {
  code: ProblemCode;
  /** The positions concerned, from 1, separators not counted; empty when it is about the whole. */
  positions: number[];
}

/**
 * What is unusual about a code that is nevertheless valid.
 *
 * - `placeUnlisted`: the place is not in the table, but its code was assigned once, or is one that a
 *   commune newer than the table has. Strong: the person should look at the code once more.
 * - `placeEnded`: the place had ended before the birth; the tax registry does not forbid it.
 * - `provisionalOffice`: no office is known that gives out provisional codes with this number.
 */
export const warningCodes = ['placeUnlisted', 'placeEnded', 'provisionalOffice'] as const;

export type WarningCode = (typeof warningCodes)[number];

export interface Warning {
  code: WarningCode;
  /** The positions concerned, from 1, separators not counted. */
  positions: number[];
  /** A strong warning is a reason to look at the code once more before it is used. */
  strong: boolean;
}
