/** The rules of one-time codes; pure. */

export const CODE_DIGITS = 6;
export const CODE_LIFE_MS = 300_000;
export const CODE_TRIES = 3;

/** A code as it is kept: of the code itself only a keyed hash. */
export interface OneTimeCode {
  codeMac: string;
  triesLeft: number;
  expiresAt: number;
  usedAt: number | undefined;
}

export type CodeResult = 'accepted' | 'wrong' | 'spent';

/** Six digits, each value as likely as any other. @param randomInt a number from 0 to below `max`. */
export function newCode(randomInt: (max: number) => number): string {
  return String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
}

/**
 * One try: what it gives, and what is kept after it. A code that was used, ran out of tries or of time
 * is `spent`, whatever was typed.
 */
export function tryCode(
  code: OneTimeCode,
  matches: boolean,
  now: number,
): { result: CodeResult; after: OneTimeCode } {
  if (code.usedAt !== undefined || code.triesLeft <= 0 || now >= code.expiresAt) {
    return { result: 'spent', after: code };
  }
  return matches
    ? { result: 'accepted', after: { ...code, usedAt: now } }
    : { result: 'wrong', after: { ...code, triesLeft: code.triesLeft - 1 } };
}
