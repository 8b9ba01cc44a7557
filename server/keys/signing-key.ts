import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';

/** A secret of 32 bytes, base64url. */
export const key32 = z.base64url().length(43);
export const keyId = z.string().regex(/^[0-9a-f]{8}$/);
export const KEY_ID_BYTES = 4;

/**
 * How long a new key is published before it signs: connected gates learn it within a minute or two (see
 * `keyring-watch.ts`). Until then the previous key goes on signing.
 */
export const PUBLISHED_BEFORE_MS = 600_000;

/**
 * `active` signs and verifies (one key), `verifying` only verifies, `retired` does neither: kiosks
 * and the reading page refuse its credentials.
 */
export const signingKeySchema = z.strictObject({
  keyId,
  createdAt: z.number().int().nonnegative(),
  state: z.enum(['active', 'verifying', 'retired']),
  /** The Ed25519 seed (RFC 8032 §5.1.5), 32 bytes. */
  seed: key32,
});
export type SigningKey = z.infer<typeof signingKeySchema>;

/** A key that is ready for use. */
export interface OpenKey {
  keyId: string;
  state: SigningKey['state'];
  createdAt: number;
  privateKey: KeyObject;
  publicKey: KeyObject;
  publicRaw: Buffer;
}

export interface Signer {
  keyId: string;
  sign(message: Uint8Array): Uint8Array;
}

// PKCS #8 of an Ed25519 seed is this prefix and the seed (RFC 8410 §7).
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function newKey(): string {
  return randomBytes(32).toString('base64url');
}

/** A new Ed25519 key in the state `active`; its id is the start of its public key's SHA-256. */
export function generateSigningKey(now: number): SigningKey {
  const seed = newKey();
  const { publicRaw } = openSeed(seed);
  const id = createHash('sha256')
    .update(publicRaw)
    .digest('hex')
    .slice(0, 2 * KEY_ID_BYTES);
  return { keyId: id, createdAt: now, state: 'active', seed };
}

function openSeed(seed: string): Pick<OpenKey, 'privateKey' | 'publicKey' | 'publicRaw'> {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, Buffer.from(seed, 'base64url')]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  const publicRaw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { privateKey, publicKey, publicRaw };
}

/** The keys of a file by id, in the file's order: the oldest first. */
export function openKeys(keys: readonly SigningKey[]): Map<string, OpenKey> {
  return new Map(
    keys.map(({ keyId: id, state, createdAt, seed }) => [
      id,
      { keyId: id, state, createdAt, ...openSeed(seed) },
    ]),
  );
}

/**
 * The key that signs at a time: the active one when it has been published long enough, until then the
 * newest verifying one.
 *
 * @throws VarcoError `keyringInvalid` when no key is active.
 */
export function signerOf(keys: Map<string, OpenKey>, now: number): Signer {
  const all = [...keys.values()];
  const active = all.find(({ state }) => state === 'active');
  if (!active) {
    throw new VarcoError('keyringInvalid', 'The keyring has no active key: run varco keys rotate');
  }
  const before = all.findLast(({ state }) => state === 'verifying');
  const key = before && now - active.createdAt < PUBLISHED_BEFORE_MS ? before : active;
  return { keyId: key.keyId, sign: (message) => sign(null, message, key.privateKey) };
}

export function verifyWith(key: OpenKey, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, message, key.publicKey, signature);
}
