import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// OWASP's minimum cost for scrypt, 2025: N = 2^17, r = 8, p = 1; 128 MiB for some 0.3 s.
const COST = { N: 131_072, r: 8, p: 1 } as const;
const MEMORY_BYTES_MAX = 160 * 1024 * 1024;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
function derive(text: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Normalized, so that the same letters typed on another keyboard are the same bytes (RFC 8265).
    const bytes = Buffer.from(text.normalize('NFC'));
    scrypt(bytes, salt, HASH_BYTES, { ...COST, maxmem: MEMORY_BYTES_MAX }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** `scrypt$SALT$HASH`, base64url (RFC 7914). Each takes 128 MiB: a server hashes in the {@link HashQueue}. */
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
