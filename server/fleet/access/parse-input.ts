import { z } from 'zod';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { VarcoError } from '../../../shared/errors.ts';

/**
 * What came from outside, checked.
 *
 * @throws VarcoError with the code, and every problem in its message, one a line.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  code: ErrorCode,
): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new VarcoError(code, z.prettifyError(parsed.error));
  }
  return parsed.data;
}

/** What was, with every field that is given in its place. */
export function overlaid<Whole extends object>(
  before: Whole,
  change: { [Field in keyof Whole]?: Whole[Field] | undefined },
): Whole {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given) };
}
