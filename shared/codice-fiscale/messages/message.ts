import type { Language } from '../../language.ts';
import type { Problem, Warning } from '../problems.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { sl } from './sl.ts';
import type { Words } from './words.ts';

const words: Record<Language, Words> = { it, en, de, fr, sl };

/**
 * A problem in words, with its positions. It never holds the code or any of its characters.
 *
 * @example problemMessage({ code: 'monthLetter', positions: [9] }, 'en')
 * // 'This letter stands for no month. (position 9)'
 */
export function problemMessage(problem: Problem, language: Language): string {
  const { problems, positions } = words[language];
  return withPositions(problems[problem.code], problem.positions, positions);
}

/** A warning in words, with its positions. */
export function warningMessage(warning: Warning, language: Language): string {
  const { warnings, positions } = words[language];
  return withPositions(warnings[warning.code], warning.positions, positions);
}

function withPositions(
  text: string,
  numbers: readonly number[],
  positions: Words['positions'],
): string {
  return numbers.length === 0 ? text : `${text} (${positions(numbers)})`;
}
