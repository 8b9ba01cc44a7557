import { characterValue } from './alphabet.ts';

const NO_LETTER = 3;
const DEAD_END = 3;

/** What a letter may do in a name's triplet, by value: 0 a consonant, 1 a vowel, 2 `X`, 3 no letter. */
const role = new Uint8Array(256).fill(NO_LETTER);
for (let value = 10; value < 36; value++) {
  role[value] = 0;
}
for (const vowel of 'AEIOU') {
  role[characterValue(vowel.charCodeAt(0))] = 1;
}
role[characterValue('X'.charCodeAt(0))] = 2;

/**
 * The state after a letter, at `state * 4 + role`; 3 is a dead end. State 0: consonants so far; 1:
 * vowels have begun; 2: the filling has begun. `X` after consonants is a consonant or the filling, and
 * either way a vowel may follow, as in `XIA` for Xia; after a vowel it can only be the filling.
 */
const next = Uint8Array.from([0, 1, 0, 3, 3, 1, 2, 3, 3, 3, 2, 3, 3, 3, 3, 3]);

/** What a value may do in a triplet: 0 a consonant, 1 a vowel, 2 `X`, 3 no letter. */
export function letterRole(value: number): number {
  return role[value] ?? NO_LETTER;
}

/** Whether three letters with these roles can be a triplet. */
export function rolesFit(first: number, second: number, third: number): boolean {
  const one = next[first] ?? DEAD_END;
  const two = next[one * 4 + second] ?? DEAD_END;
  return next[two * 4 + third] !== DEAD_END;
}

/**
 * Whether three values can be the triplet of any surname or given name: consonants in order, then
 * vowels in order, then `X` (DM 23 December 1976, art. 2). `XXX` is the triplet of nobody's name, given
 * where a name is missing, and is possible.
 */
export function isTriplet(first: number, second: number, third: number): boolean {
  return rolesFit(letterRole(first), letterRole(second), letterRole(third));
}

/** Whether a value can come after the first none, one or two of a name's triplet. */
export function canContinueTriplet(begun: readonly number[], value: number): boolean {
  const state = begun.reduce((from, each) => next[from * 4 + letterRole(each)] ?? DEAD_END, 0);
  return next[state * 4 + letterRole(value)] !== DEAD_END;
}
