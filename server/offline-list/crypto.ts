import { createHash, createHmac, scrypt } from 'node:crypto';
import type { HmacSha256, Scrypt } from '../../shared/offline-list/entry-key.ts';
import type { Sha256 } from '../../shared/offline-list/list-file.ts';

/** SHA-256 by Node's crypto library. */
export const sha256: Sha256 = (message) => createHash('sha256').update(message).digest();

/** HMAC-SHA-256 by Node's crypto library. */
export const hmacSha256: HmacSha256 = (key, message) =>
  createHmac('sha256', key).update(message).digest();

/** scrypt needs 128·r·(N + p) bytes plus some slack. */
const MEMORY_SLACK_BYTES = 1024 * 1024;

/** scrypt by Node's crypto library, off the main thread. */
export const nodeScrypt: Scrypt = (password, salt, { cost, blockSize, parallelism }, length) =>
  new Promise((resolve, reject) => {
    const maxmem = 128 * blockSize * (cost + parallelism) + MEMORY_SLACK_BYTES;
    const options = { N: cost, r: blockSize, p: parallelism, maxmem };
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
