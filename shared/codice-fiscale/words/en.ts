import { plural } from '../../plural.ts';
import type { CodiceFiscaleWords } from './words.ts';

export const words: CodiceFiscaleWords = {
  problems: {
    empty: 'Please enter the tax code (codice fiscale).',
    length:
      'The code has 16 characters, or 11 digits if it is provisional: one may be missing or one too many.',
    characterForeign: 'Only the letters A to Z, without accents, and the digits 0 to 9 are used.',
    digitForLetter: 'A letter belongs here, not a digit.',
    letterForDigit: 'A digit belongs here: the letter O may be a zero, the letter I a one.',
    surnameTriplet: 'The three letters of the surname don’t fit: please check them.',
    nameTriplet: 'The three letters of the first name don’t fit: please check them.',
    monthLetter: 'This letter stands for no month.',
    day: 'The day of birth is between 01 and 31, for women between 41 and 71.',
    date: 'There is no such day in this month and year.',
    placeLetter: 'No place of birth begins with this letter.',
    placeZero: 'The number of the place of birth can’t be 000.',
    placeUnknown: 'This place of birth is not in our lists: please compare it with the card.',
    checkCharacter:
      'The last letter doesn’t fit the rest: one character somewhere is wrong. Please compare the code with the card.',
    provisionalLetter: 'A provisional code has digits only.',
    provisionalZero: 'There is no code made of zeros only.',
    provisionalCheck:
      'The last digit doesn’t fit the others: please compare the number with the document.',
  },
  warnings: {
    placeUnlisted:
      'The place of birth is not in our lists. The code may be right: please compare it with the card.',
    placeEnded: 'The place no longer existed at the date of birth. The code is valid all the same.',
    provisionalOffice: 'The office number is unusual. The code is valid all the same.',
  },
  positions: (numbers) => {
    const word = plural('en', numbers.length, { one: 'position', other: 'positions' });
    return `${word} ${numbers.join(', ')}`;
  },
};
