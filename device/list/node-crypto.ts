import { createHash, createHmac, scrypt } from 'node:crypto';
import type { HmacSha256, Scrypt } from '../../shared/offline-list/entry-key.ts';
import type { Sha256 } from '../../shared/offline-list/list-file.ts';

/** SHA-256 of this machine's crypto library. */
export const sha256: Sha256 = (message) => createHash('sha256').update(message).digest();

/** HMAC-SHA-256 of this machine's crypto library. */
export const hmacSha256: HmacSha256 = (key, message) =>
  createHmac('sha256', key).update(message).digest();

/** scrypt needs 128·N·r bytes and a little; the list's header bounds N and r. */
const MEMORY_SLACK_BYTES = 1024 * 1024;

/** scrypt of this machine's crypto library, off the main thread. */
export const nodeScrypt: Scrypt = (password, salt, { cost, blockSize, parallelism }, length) =>
  new Promise((resolve, reject) => {
    const maxmem = 128 * blockSize * (cost + parallelism) + MEMORY_SLACK_BYTES;
    scrypt(
      password,
      salt,
      length,
      { N: cost, r: blockSize, p: parallelism, maxmem },
      (error, key) => (error ? reject(error) : resolve(key)),
    );
  });
