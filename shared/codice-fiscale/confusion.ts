import { IS_DIGIT_POSITION } from './alphabet.ts';

/** Characters that look alike on paper, worn print or a bad camera picture. */
const lookalikes = [
  '0O',
  '0D',
  '0Q',
  'OD',
  'OQ',
  '1I',
  '1L',
  '1T',
  'IL',
  'IT',
  '2Z',
  '5S',
  '8B',
  '6G',
  '6B',
  '4A',
  '7T',
  '7Y',
  '3E',
  '9G',
  '9P',
  'CG',
  'EF',
  'PR',
  'UV',
  'VY',
  'MN',
  'HN',
  'KX',
  'BR',
];

/** The letters on each key of a telephone's keypad (ITU-T E.161). */
export const KEY_LETTERS: Readonly<Record<string, string>> = {
  '2': 'ABC',
  '3': 'DEF',
  '4': 'GHI',
  '5': 'JKL',
  '6': 'MNO',
  '7': 'PQRS',
  '8': 'TUV',
  '9': 'WXYZ',
};

const keypadRows = ['123', '456', '789', ' 0 '];
const keyboardRows = ['1234567890', 'QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'];

type Confusions = Map<string, Set<string>>;

function connect(confusions: Confusions, one: string, other: string): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    confusions.set(from, (confusions.get(from) ?? new Set()).add(to));
  }
}

/** Every pair of neighbours in a grid of keys, side by side or above one another. */
function neighbours(rows: readonly string[], handle: (one: string, other: string) => void): void {
  rows.forEach((row, at) => {
    Array.from(row).forEach((key, column) => {
      for (const other of [row.charAt(column + 1), rows[at + 1]?.charAt(column) ?? '']) {
        if (key.trim() !== '' && other.trim() !== '') {
          handle(key, other);
        }
      }
    });
  });
}

const alike: Confusions = new Map();
for (const pair of lookalikes) {
  connect(alike, pair.charAt(0), pair.charAt(1));
}

const near: Confusions = new Map();
neighbours(keyboardRows, (one, other) => {
  // A digit and the letter below it are not confused by a hand that knows what it types.
  if (/\d/.test(one) === /\d/.test(other)) {
    connect(near, one, other);
  }
});
neighbours(keypadRows, (one, other) => {
  connect(near, one, other);
  Array.from(KEY_LETTERS[one] ?? '').forEach((letter, index) => {
    const sameIndex = KEY_LETTERS[other]?.charAt(index) ?? '';
    if (sameIndex !== '') {
      connect(near, letter, sameIndex);
    }
  });
});
for (const letters of Object.values(KEY_LETTERS)) {
  for (const one of letters) {
    for (const other of letters) {
      if (one !== other) {
        connect(near, one, other);
      }
    }
  }
}

/** What a character may have been meant to be, by how it came to be wrong. */
export function meantBy(character: string, how: 'lookalike' | 'neighbour'): Iterable<string> {
  return (how === 'lookalike' ? alike : near).get(character) ?? [];
}

/** What looks like a character where only the other kind of character can stand. */
const asDigit: Readonly<Record<string, string>> = {
  O: '0',
  I: '1',
  D: '0',
  Z: '2',
  E: '3',
  A: '4',
  G: '6',
  B: '8',
  J: '1',
  Y: '7',
};
const asLetter: Readonly<Record<string, string>> = {
  '0': 'O',
  '1': 'I',
  '2': 'Z',
  '3': 'E',
  '4': 'A',
  '5': 'S',
  '6': 'G',
  '7': 'T',
  '8': 'B',
  '9': 'G',
};

/**
 * The character that a misplaced one looks like: `O` and `I` where a digit stands are 0 and 1, a 5 where
 * a letter stands is an S. A character that is not misplaced, or looks like nothing, stays as it is.
 *
 * @param position From 0, in a full code.
 */
export function asItsKind(character: string, position: number): string {
  const table = IS_DIGIT_POSITION[position] === 1 ? asDigit : asLetter;
  return table[character] ?? character;
}
