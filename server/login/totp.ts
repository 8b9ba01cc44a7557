import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as all authenticator applications implement it: SHA-1, six digits, 30 seconds. */
const PERIOD_S = 30;
const SECRET_BYTES = 20;
/** Accepts one step before and after, because clocks differ and people type slowly. */
const WINDOW = 1;

/** The secret of an authenticator application, 160 bits. @param bytes at least 20, random. */
export function totpSecret(bytes: Buffer): string {
  return new Secret({ buffer: Uint8Array.from(bytes.subarray(0, SECRET_BYTES)).buffer }).base32;
}

/** The `otpauth:` URL for an application to scan. */
export function totpAddress(secret: string, account: string): string {
  return totpOf(secret, account).toString();
}

/**
 * The time step of a correct code, or undefined. The caller must reject a step that was used before, because
 * a code works once (RFC 6238 §5.2).
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
