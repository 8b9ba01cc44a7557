import { hex } from '@scure/base';

/**
 * The cost of deriving an entry from a codice fiscale (RFC 7914). It stands in the list's header, so
 * that a kiosk derives as the server did, and it is bounded, so that a header can't stall a gate.
 */
export interface KdfCost {
  /** scrypt's N, a power of two. */
  cost: number;
  /** scrypt's r. */
  blockSize: number;
  /** scrypt's p. */
  parallelism: number;
}

/**
 * What a list uses where its fleet chooses nothing else: 32 MiB, once a session. How long that takes a board,
 * and what it could bear instead, `varco kiosk list-cost` measures there.
 */
export const fullCost: KdfCost = { cost: 32_768, blockSize: 8, parallelism: 1 };

/** Bytes that scrypt gives. */
export const DERIVED_BYTES = 32;

/** scrypt, handed in: password, salt, cost, how many bytes. */
export type Scrypt = (
  password: Uint8Array,
  salt: Uint8Array,
  cost: KdfCost,
  length: number,
) => Promise<Uint8Array>;

/** HMAC-SHA-256, handed in. */
export type HmacSha256 = (key: Uint8Array, message: Uint8Array) => Uint8Array;

/**
 * A key of the list: 62 bits as two unsigned 32-bit halves, the lowest two bits clear. Among 5 million
 * entries two are the same with a probability of 3 in a million; a build then says so.
 */
export interface EntryKey {
  high: number;
  low: number;
}

/**
 * The slow half of an entry: computed once per credential, at issue, and once per session at a gate.
 * The credential's 128 random bits are the salt, so that a stolen list can't be searched by codice
 * fiscale alone, and the cost slows a search by who holds the QR.
 *
 * @param codiceFiscale 16 characters or 11 digits, upper case, exactly as in the registry.
 * @param credentialId 32 lower-case hexadecimal digits.
 */
export function deriveEntry(
  codiceFiscale: string,
  credentialId: string,
  cost: KdfCost,
  scrypt: Scrypt,
): Promise<Uint8Array> {
  const password = new TextEncoder().encode(codiceFiscale);
  return scrypt(password, hex.decode(credentialId), cost, DERIVED_BYTES);
}

/**
 * The fast half: binds a derived value to a policy and an epoch, so that the lists of two policies or
 * two epochs can't be compared. `HMAC(epochKey, derived ‖ policy)`, its first 62 bits.
 */
export function entryKey(
  derived: Uint8Array,
  policy: string,
  epochKey: Uint8Array,
  hmac: HmacSha256,
): EntryKey {
  const name = new TextEncoder().encode(policy);
  const message = new Uint8Array(derived.length + name.length);
  message.set(derived);
  message.set(name, derived.length);
  const mac = hmac(epochKey, message);
  const view = new DataView(mac.buffer, mac.byteOffset, mac.byteLength);
  return { high: view.getUint32(0), low: (view.getUint32(4) & ~3) >>> 0 };
}
