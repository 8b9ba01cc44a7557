import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import common from './common-passwords.json' with { type: 'json' };

/** NIST SP 800-63B-4 and OWASP ASVS 5.0, 6.2: require length instead of character classes. */
export const PASSWORD_LENGTH = { min: 12, max: 128 } as const;

// OWASP's minimum cost for scrypt, 2025: N = 2^17, r = 8, p = 1; 128 MiB for some 0.3 s.
const COST = { N: 131_072, r: 8, p: 1 } as const;
const MEMORY_BYTES_MAX = 160 * 1024 * 1024;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Bound on concurrent hashes: each takes 128 MiB, and a flood of logins must not exhaust memory. */
const CONCURRENT_MAX = 2;
/** Bound on logins waiting for a hash; one more is rejected as `busy`. */
const WAITING_MAX = 64;

export type PasswordProblem = 'tooShort' | 'tooLong' | 'common' | 'ownName';

/** Why a password is rejected, or undefined. Pure. @param own words that others know of its owner. */
export function passwordProblem(
  password: string,
  own: readonly string[],
): PasswordProblem | undefined {
  const length = [...password].length;
  if (length < PASSWORD_LENGTH.min) {
    return 'tooShort';
  }
  if (length > PASSWORD_LENGTH.max) {
    return 'tooLong';
  }
  const plain = simplify(password);
  if (isMonotonous(plain) || common.some((word) => isMostly(plain, word))) {
    return 'common';
  }
  const words = ['varco', ...own.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u))];
  return words.some((word) => [...word].length >= 4 && isMostly(plain, simplify(word)))
    ? 'ownName'
    : undefined;
}

/** Undoes the usual substitutions, so that `P4ssw0rd!` is `password`. */
function simplify(text: string): string {
  const digits: Record<string, string> = { 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', 7: 't' };
  const signs: Record<string, string> = { $: 's', '@': 'a', '!': 'l', i: 'l' };
  const letters = text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '');
  return [...letters].map((letter) => digits[letter] ?? signs[letter] ?? letter).join('');
}

/** Whether a known word makes up most of it, so that the rest is quickly guessed. */
function isMostly(plain: string, word: string): boolean {
  const known = simplify(word);
  const rest = plain.split(known).join('');
  return rest.length < plain.length && rest.length < 6;
}

function isMonotonous(plain: string): boolean {
  return new Set(plain).size < 5;
}

let running = 0;
const waiting: (() => void)[] = [];

/** Whether another login must be rejected as `busy`. */
export function isHashingBusy(): boolean {
  return waiting.length >= WAITING_MAX;
}

async function derive(text: string, salt: Buffer): Promise<Buffer> {
  if (running >= CONCURRENT_MAX) {
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
  try {
    return await new Promise((resolve, reject) => {
      // Normalized, so that the same letters typed on another keyboard are the same bytes (RFC 8265).
      const bytes = Buffer.from(text.normalize('NFC'));
      scrypt(bytes, salt, HASH_BYTES, { ...COST, maxmem: MEMORY_BYTES_MAX }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** `scrypt$SALT$HASH`, base64url (RFC 7914). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt);
  return ['scrypt', salt.toString('base64url'), hash.toString('base64url')].join('$');
}

// Matches no password; an unknown account costs as much work as an existing one.
const DECOY_HASH = `scrypt$${Buffer.alloc(SALT_BYTES).toString('base64url')}$${Buffer.alloc(HASH_BYTES).toString('base64url')}`;

/** @param stored absent when there is no such account, which takes as long and is always false. */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
): Promise<boolean> {
  const [, salt = '', hash = ''] = (stored ?? DECOY_HASH).split('$');
  const expected = Buffer.from(hash, 'base64url');
  const got = await derive(password, Buffer.from(salt, 'base64url'));
  const same = expected.length === got.length && timingSafeEqual(expected, got);
  return same && stored !== undefined;
}
