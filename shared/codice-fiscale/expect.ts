import {
  CHARACTERS,
  characterValue,
  IS_DIGIT_POSITION,
  MONTH_LETTERS,
  OMOCODIA_LETTERS,
  PLACE_LETTERS,
} from './alphabet.ts';
import { canContinueTriplet } from './triplet.ts';

const LETTERS = CHARACTERS.slice(10);

/** What may stand at a position: one of some letters, or any digit (or its omocodia letter). */
export type Expected = { kind: 'letter' | 'digit'; letters: string };

/**
 * What may come next in a full code, given what stands before it: letters that keep the name's triplet
 * possible, the month letters, the series of places, digits with the omocodia letters beside them.
 * The last position is any letter: offering only the right one would hide every mistake.
 *
 * @param prefix What stands before, 0–15 characters.
 * @returns The letters in alphabetical order.
 */
export function expectedAfter(prefix: string): Expected {
  const position = prefix.length;
  if (IS_DIGIT_POSITION[position] === 1) {
    return { kind: 'digit', letters: OMOCODIA_LETTERS };
  }
  if (position === 8) {
    return { kind: 'letter', letters: MONTH_LETTERS };
  }
  if (position === 11) {
    return { kind: 'letter', letters: PLACE_LETTERS };
  }
  if (position > 5) {
    return { kind: 'letter', letters: LETTERS };
  }
  const begun = Array.from(prefix.slice(position < 3 ? 0 : 3), (character) =>
    characterValue(character.charCodeAt(0)),
  );
  const letters = Array.from(LETTERS).filter((letter) =>
    canContinueTriplet(begun, characterValue(letter.charCodeAt(0))),
  );
  return { kind: 'letter', letters: letters.join('') };
}
