/** The rules of one-time codes; pure. */

export const CODE_DIGITS = 6;
export const CODE_LIFE_MS = 300_000;
export const CODE_TRIES = 3;
/** Before this a further code is not sent: the last one is likely still on its way. */
export const RESEND_AFTER_MS = 60_000;

/** A code as it is stored: only a keyed hash of its digits. */
export interface OneTimeCode {
  codeMac: string;
  triesLeft: number;
  expiresAt: number;
  usedAt: number | undefined;
}

export type CodeResult = 'accepted' | 'wrong' | 'spent';

/** A uniformly random code of six digits. @param randomInt a random integer from 0 to below `max`. */
export function newCode(randomInt: (max: number) => number): string {
  return String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
}

/**
 * One attempt: its result, and the code as it is stored afterwards. A code that was used, has no tries left
 * or has expired is `spent`, whatever was typed.
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
