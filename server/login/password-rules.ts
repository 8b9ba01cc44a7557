import { KnownPasswords } from './known-passwords.ts';

/** NIST SP 800-63B-4 and OWASP ASVS 5.0, 6.2: require length instead of character classes. */
export const PASSWORD_LENGTH = { min: 12, max: 128 } as const;

/** A part this short is guessed with the word it is added to: a year, a number, a sign. */
const REST_MIN = 6;
/** Shorter words are in every sentence, and say nothing about a password. */
const WORD_MIN = 4;
/** Names are as short as Ada; all of them count together. */
const OWN_WORD_MIN = 3;

export type PasswordProblem = 'tooShort' | 'tooLong' | 'common' | 'ownName';

const known = new KnownPasswords();

/** Why a password is rejected, or undefined. @param own words that others know of its owner. */
export async function passwordProblem(
  password: string,
  own: readonly string[],
): Promise<PasswordProblem | undefined> {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.min) {
    return 'tooShort';
  }
  if (length > PASSWORD_LENGTH.max) {
    return 'tooLong';
  }
  const forms = [...new Set([plainLetters(password), simplify(password)])];
  const words = ['varco', ...own.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u))]
    .filter((word) => [...word].length >= OWN_WORD_MIN)
    .flatMap((word) => [plainLetters(word), simplify(word)]);
  if (forms.some((form) => isMostly(form, words))) {
    return 'ownName';
  }
  const common = await known.words();
  const isCommon = (form: string) =>
    new Set(form).size < 5 ||
    partsOf(form).some((part) => common.has(part) && isMostly(form, [part]));
  return forms.some(isCommon) ? 'common' : undefined;
}

/** Lower case without accents. */
function plainLetters(text: string): string {
  return text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
}

/** Undoes the usual substitutions too, so that `P4ssw0rd!` is `password`. */
function simplify(text: string): string {
  const meant: Record<string, string> = {
    ...{ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't' },
    ...{ $: 's', '@': 'a', '!': 'i' },
  };
  return [...plainLetters(text)].map((letter) => meant[letter] ?? letter).join('');
}

/** Every part of a text that a known word could be. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start + WORD_MIN <= text.length; start += 1) {
    for (let end = start + WORD_MIN; end <= text.length; end += 1) {
      parts.push(text.slice(start, end));
    }
  }
  return parts;
}

/** Whether words make up most of it: the rest is short, or only digits and signs. */
function isMostly(form: string, words: readonly string[]): boolean {
  const longestFirst = [...words].sort((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((text, word) => text.split(word).join(''), form);
  return rest.length < form.length && (rest.length < REST_MIN || !/\p{L}/u.test(rest));
}
