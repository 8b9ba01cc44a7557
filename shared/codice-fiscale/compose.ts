import { CHARACTERS, characterValue, MONTH_LETTERS, OMOCODIA_LETTERS } from './alphabet.ts';
import { parseDay } from './calendar.ts';
import { checkValueOf } from './check.ts';
import { lettersOf } from './latin.ts';

/** What a codice fiscale is made of. */
export interface Person {
  surname: string;
  /** All given names. */
  name: string;
  /** `YYYY-MM-DD`. */
  birthDate: string;
  sex: 'female' | 'male';
  /** A Belfiore code such as `H501`. */
  place: string;
}

/** The triplet of a surname in letters `A`–`Z`: consonants, then vowels, then `X`. */
export function surnameTriplet(letters: string): string {
  return `${letters.replace(/[AEIOU]/g, '')}${letters.replace(/[^AEIOU]/g, '')}XXX`.slice(0, 3);
}

/** The triplet of a given name: of four consonants or more, the first, the third and the fourth. */
export function nameTriplet(letters: string): string {
  const consonants = letters.replace(/[AEIOU]/g, '');
  return consonants.length > 3
    ? consonants.charAt(0) + consonants.slice(2, 4)
    : surnameTriplet(letters);
}

/** The check character of the first 15 characters, as typed. */
export function checkCharacterOf(characters: string): string {
  const values = Array.from(characters, (each) => characterValue(each.charCodeAt(0)));
  return CHARACTERS.charAt(checkValueOf(values));
}

/**
 * The code that a person's data give (DM 23 December 1976). The registry alone gives codes: this is
 * for comparing, testing and made-up people. `undefined` if the birth date or the place is malformed.
 *
 * @example compose({ surname: 'Rossi', name: 'Mario', birthDate: '1980-01-01', sex: 'male', place: 'H501' })
 * // 'RSSMRA80A01H501U'
 */
export function compose(person: Person): string | undefined {
  const birth = parseDay(person.birthDate);
  if (birth === undefined || !/^[A-ILMZ]\d{3}$/.test(person.place)) {
    return undefined;
  }
  const [surname = ''] = lettersOf(person.surname);
  const [name = ''] = lettersOf(person.name);
  const year = String(Math.floor(birth / 10_000) % 100).padStart(2, '0');
  const month = MONTH_LETTERS.charAt((Math.floor(birth / 100) % 100) - 1);
  const day = String((birth % 100) + (person.sex === 'female' ? 40 : 0)).padStart(2, '0');
  const body = surnameTriplet(surname) + nameTriplet(name) + year + month + day + person.place;
  return body + checkCharacterOf(body);
}

/**
 * The form of a code with some of its digits as omocodia letters, and the check character of that form.
 *
 * @param mask Bit 6 is position 7, bit 0 position 15, as in `PersonalFacts.omocodia`.
 */
export function withOmocodia(code: string, mask: number): string {
  const characters = Array.from(code.slice(0, 15));
  [14, 13, 12, 10, 9, 7, 6].forEach((position, bit) => {
    const digit = characters[position] ?? '';
    if ((mask >> bit) & 1 && /\d/.test(digit)) {
      characters[position] = OMOCODIA_LETTERS.charAt(Number(digit));
    }
  });
  const body = characters.join('');
  return body + checkCharacterOf(body);
}
