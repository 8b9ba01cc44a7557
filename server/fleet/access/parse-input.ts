import { z } from 'zod';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { VarcoError } from '../../../shared/errors.ts';

/**
 * Validates input from outside.
 *
 * @throws VarcoError with the code, and every problem in its message, one a line.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  code: ErrorCode,
): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw new VarcoError(code, z.prettifyError(parsed.error));
  }
  return parsed.data;
}

/** A copy with the fields of `change` that are not undefined. */
export function overlaid<Whole extends object>(
  before: Whole,
  change: { [Field in keyof Whole]?: Whole[Field] | undefined },
): Whole {
  const changed = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(changed) };
}
