import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';

/**
 * What came from outside, checked.
 *
 * @throws VarcoError with the code, and every problem in its message, one a line.
 */
export function parseGiven<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  code: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new VarcoError(code, z.prettifyError(parsed.error));
  }
  return parsed.data;
}
