/**
 * The characters of a codice fiscale and what each is worth (DM 23 December 1976, tables of the check
 * character and of omocodia). A character's *value* is 0–9 for a digit and 10–35 for `A`–`Z`.
 */

/** The value of a character that has none: anything but ASCII letters and digits. */
export const NO_VALUE = 255;

/** Digits and upper-case letters by value. */
export const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Value by ASCII code. Lower case has the value of upper case; nothing beyond ASCII is folded. */
const valueByCode = new Uint8Array(128).fill(NO_VALUE);
for (let value = 0; value < 36; value++) {
  valueByCode[CHARACTERS.charCodeAt(value)] = value;
  valueByCode[CHARACTERS.toLowerCase().charCodeAt(value)] = value;
}

/** The value of a UTF-16 code unit or code point, or {@link NO_VALUE}. */
export function characterValue(code: number): number {
  return code < 128 ? (valueByCode[code] ?? NO_VALUE) : NO_VALUE;
}

/** What a value adds to the check sum in an odd position (1st, 3rd, …), by value. */
export const ODD_WEIGHTS = Uint8Array.from([
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8,
  12, 14, 16, 10, 22, 25, 24, 23,
]);

/** What a value adds in an even position: a digit itself, a letter its place in the alphabet. */
export const EVEN_WEIGHTS = Uint8Array.from({ length: 36 }, (_, value) =>
  value < 10 ? value : value - 10,
);

/** The letters that stand for the digits 0–9 in a code made different from a namesake's (omocodia). */
export const OMOCODIA_LETTERS = 'LMNPQRSTUV';

/** The digit that a value means where a digit stands, plain or by omocodia, or {@link NO_VALUE}. */
export const DIGIT_MEANT = new Uint8Array(256).fill(NO_VALUE);
for (let digit = 0; digit < 10; digit++) {
  DIGIT_MEANT[digit] = digit;
  DIGIT_MEANT[characterValue(OMOCODIA_LETTERS.charCodeAt(digit))] = digit;
}

/** The month letters, January to December. */
export const MONTH_LETTERS = 'ABCDEHLMPRST';

/** The month 1–12 that a value means, or 0. */
export const MONTH_MEANT = new Uint8Array(256);
for (let month = 1; month <= 12; month++) {
  MONTH_MEANT[characterValue(MONTH_LETTERS.charCodeAt(month - 1))] = month;
}

/** Days of each month, 1–12, with 29 for February; 0 for month 0. */
export const DAYS_OF_MONTH = Uint8Array.from([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);

/** The series of Belfiore codes: ten of communes (`M` is the newest) and `Z`, foreign states. */
export const PLACE_LETTERS = 'ABCDEFGHILMZ';

/** The place of a value among {@link PLACE_LETTERS}, or {@link NO_VALUE}. */
export const PLACE_SERIES = new Uint8Array(256).fill(NO_VALUE);
for (let series = 0; series < PLACE_LETTERS.length; series++) {
  PLACE_SERIES[characterValue(PLACE_LETTERS.charCodeAt(series))] = series;
}

/** The positions (from 0) where a digit, or its omocodia letter, stands. */
export const DIGIT_POSITIONS = [6, 7, 9, 10, 12, 13, 14] as const;

/** Whether a digit stands at each of the 16 positions. */
export const IS_DIGIT_POSITION = new Uint8Array(16);
for (const position of DIGIT_POSITIONS) {
  IS_DIGIT_POSITION[position] = 1;
}
