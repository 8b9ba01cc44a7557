import type { ErrorCode } from './error-codes.ts';

/**
 * An error with a stable, closed code. Tests and operators match on `code`; `message` is for people
 * and never holds a codice fiscale, a credential or a result.
 *
 * @example throw new VarcoError('frameTooLarge', 'A frame of 70,000 bytes is over the limit', { cause });
 */
export class VarcoError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'VarcoError';
    this.code = code;
  }
}

/** The stable code of anything thrown: a {@link VarcoError}'s, a system error's (`EADDRINUSE`), or `unknown`. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return 'unknown';
}
