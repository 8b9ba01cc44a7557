import { VarcoError } from '../../shared/errors.ts';

/**
 * A row's body. An altered row may hold anything: its fields then count as absent, so that it breaks nothing
 * else, and `varco audit verify` names it.
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
 * The answer that a row records.
 *
 * @throws VarcoError `storeCorrupt`: the row was altered and holds none.
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
