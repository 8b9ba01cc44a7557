import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator application does it: SHA-1, six digits, 30 seconds. */
const PERIOD_S = 30;
const SECRET_BYTES = 20;
/** One step either way: clocks differ, and people type slowly. */
const WINDOW = 1;

/** The secret of an authenticator application, 160 bits. @param bytes at least 20, random. */
export function totpSecret(bytes: Buffer): string {
  return new Secret({ buffer: Uint8Array.from(bytes.subarray(0, SECRET_BYTES)).buffer }).base32;
}

/** What the QR code holds, for an application to scan. */
export function totpAddress(secret: string, account: string): string {
  return totpOf(secret, account).toString();
}

/**
 * The time step of a code that is right, or nothing. A step that was used is to be refused by the
 * caller: a code works once (RFC 6238 §5.2).
 *
 * @param now Unix milliseconds.
 */
export function totpStep(secret: string, code: string, now: number): number | undefined {
  const digits = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) {
    return undefined;
  }
  const delta = totpOf(secret, '').validate({ token: digits, timestamp: now, window: WINDOW });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_S) + delta;
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({
    issuer: 'varco',
    label: label === '' ? 'varco' : label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_S,
    secret: Secret.fromBase32(secret),
  });
}
