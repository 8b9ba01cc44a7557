import { createHash, createHmac, generateKeyPairSync, scrypt, sign, verify } from 'node:crypto';
import type { BuildTools, ListTerms } from '../../../shared/offline-list/build-list.ts';
import type { HmacSha256, Scrypt } from '../../../shared/offline-list/entry-key.ts';
import {
  type EntryState,
  type EntryTable,
  packEntry,
  sortEntries,
} from '../../../shared/offline-list/entry-table.ts';

/** Low enough for a million derivations in a test. */
export const testCost = { cost: 2, blockSize: 1, parallelism: 1 };

const keyPair = generateKeyPairSync('ed25519');
export const KEY_ID = '0badcafe';

export const sha256 = (message: Uint8Array) =>
  new Uint8Array(createHash('sha256').update(message).digest());
export const hmac: HmacSha256 = (key, message) =>
  new Uint8Array(createHmac('sha256', key).update(message).digest());
export const nodeScrypt: Scrypt = (password, salt, cost, length) =>
  new Promise((resolve, reject) => {
    scrypt(
      password,
      salt,
      length,
      { N: cost.cost, r: cost.blockSize, p: cost.parallelism, maxmem: 256 * 1024 * 1024 },
      (error, key) => (error ? reject(error) : resolve(new Uint8Array(key))),
    );
  });

export const buildTools: BuildTools = {
  sha256,
  sign: (message) => new Uint8Array(sign(null, message, keyPair.privateKey)),
  seed: 20_261_122,
};

export const openTools = {
  sha256,
  verify: (keyId: string, message: Uint8Array, signature: Uint8Array) =>
    keyId === KEY_ID ? verify(null, message, keyPair.publicKey, signature) : undefined,
};

export function terms(over: Partial<ListTerms> = {}): ListTerms {
  return {
    keyId: KEY_ID,
    policy: 'dm507-art4',
    epoch: 1,
    version: 1,
    issuedAt: Date.UTC(2026, 5, 1),
    maxAgeMs: 86_400_000,
    kdf: testCost,
    epochKey: new Uint8Array(32).fill(7),
    ...over,
  };
}

/** A key like an HMAC's output, for a number. */
export function keyOf(number: number): { high: number; low: number } {
  const mac = createHash('sha256').update(`key ${number}`).digest();
  return { high: mac.readUInt32BE(0), low: (mac.readUInt32BE(4) & ~3) >>> 0 };
}

export function tableOf(entries: Iterable<readonly [number, EntryState]>): EntryTable {
  const words = [...entries]
    .filter(([, state]) => state !== 'absent')
    .map(([number, state]) => packEntry(keyOf(number), state));
  return sortEntries(BigUint64Array.from(words));
}
