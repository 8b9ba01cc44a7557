import { placeSource } from './arbitrary.ts';

const consonant = 'BCDFGHJKLMNPQRSTVWXYZ';
const digit = '[0-9LMNPQRSTUV]';
const shape = new RegExp(`^[A-Z]{6}${digit}{2}[ABCDEHLMPRST]${digit}{2}[A-ILMZ]${digit}{3}[A-Z]$`);

/** The letters, ordered by their weight in odd positions. */
const oddOrder = 'BAKPLCQDREVOSFTGUHMINJWZYX';

function weight(character: string, odd: boolean): number {
  const letter = /\d/.test(character) ? 'ABCDEFGHIJ'.charAt(Number(character)) : character;
  return odd ? oddOrder.indexOf(letter) : letter.charCodeAt(0) - 65;
}

function isTripletSlowly(letters: string): boolean {
  return new RegExp(`^[${consonant}]*[AEIOU]*X*$`).test(letters);
}

/**
 * A second, slow implementation of the rules by other means: regular expressions, the calendar of `Date`
 * and the source of the places. Only for full codes in upper case with listed places.
 */
export function isValidSlowly(code: string): boolean {
  if (!shape.test(code)) {
    return false;
  }
  if (!isTripletSlowly(code.slice(0, 3)) || !isTripletSlowly(code.slice(3, 6))) {
    return false;
  }
  const plain = Array.from(code, (character, at) =>
    [6, 7, 9, 10, 12, 13, 14].includes(at) && /[A-Z]/.test(character)
      ? String('LMNPQRSTUV'.indexOf(character))
      : character,
  ).join('');
  const month = 'ABCDEHLMPRST'.indexOf(plain.charAt(8));
  const day = Number(plain.slice(9, 11)) % 40;
  const field = Number(plain.slice(9, 11));
  const real = [1900, 2000].some((century) => {
    const date = new Date(Date.UTC(century + Number(plain.slice(6, 8)), month, day));
    return date.getUTCMonth() === month && date.getUTCDate() === day;
  });
  if (!real || field === 0 || field === 40 || field > 71 || (field > 31 && field < 41)) {
    return false;
  }
  if (!(plain.slice(11, 15) in placeSource)) {
    return false;
  }
  const sum = Array.from(code.slice(0, 15)).reduce(
    (total, character, at) => total + weight(character, at % 2 === 0),
    0,
  );
  return String.fromCharCode(65 + (sum % 26)) === code.charAt(15);
}
