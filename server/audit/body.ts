import { VarcoError } from '../../shared/errors.ts';

/**
 * What a row says. One that somebody altered may hold anything: then its fields are not there, nothing
 * else ends with it, and `varco audit verify` names it.
 */
export function bodyOf<Body extends object>(text: string): Partial<Body> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Partial<Body>) : {};
  } catch {
    return {};
  }
}

/**
 * The answer that a row says was given.
 *
 * @throws VarcoError `storeCorrupt`: the row was altered, so that it says none.
 */
export function answerOf<Answer extends { outcome: string }>(text: string): Answer {
  const { verdict } = bodyOf<{ verdict: Answer }>(text);
  if (typeof verdict?.outcome !== 'string') {
    throw new VarcoError(
      'storeCorrupt',
      'The answer was altered: varco audit verify names its row',
    );
  }
  return verdict;
}
