import type { Problem, Warning } from './problems.ts';
import type { CodiceFiscaleWords } from './words/words.ts';

/**
 * A problem in words, with its positions. It never holds the code or any of its characters.
 *
 * @example problemMessage({ code: 'monthLetter', positions: [9] }, codiceFiscaleWords.en)
 * // 'This letter stands for no month. (position 9)'
 */
export function problemMessage(problem: Problem, words: CodiceFiscaleWords): string {
  return withPositions(words.problems[problem.code], problem.positions, words);
}

/** A warning in words, with its positions. */
export function warningMessage(warning: Warning, words: CodiceFiscaleWords): string {
  return withPositions(words.warnings[warning.code], warning.positions, words);
}

function withPositions(
  text: string,
  numbers: readonly number[],
  { positions }: CodiceFiscaleWords,
): string {
  return numbers.length === 0 ? text : `${text} (${positions(numbers)})`;
}
