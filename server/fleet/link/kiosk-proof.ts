import { createPublicKey, verify } from 'node:crypto';
import type { AnswerOf } from '../../../shared/protocol/actions.ts';
import { proofMessage } from '../../../shared/protocol/proof.ts';

// Any point of the curve will do: no signature is ever accepted for it, there is no kiosk behind it.
const UNKNOWN_KEY = Buffer.from(
  'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  'hex',
).toString('base64url');

/** What a proof is held against. */
export interface ProofContext {
  /** The host that the kiosk asked for, in lower case. */
  host: string;
  nonce: string;
  /** Unix milliseconds. */
  now: number;
  clockSkewMaxMs: number;
}

/**
 * Whether a kiosk's answer to the challenge holds: signed by its key, over this host and nonce, at this
 * time. An unknown kiosk (`publicKey` undefined) costs the same work and never holds.
 */
export function proofHolds(
  answer: AnswerOf<'Challenge'>,
  publicKey: string | undefined,
  context: ProofContext,
): boolean {
  const { host, nonce, now, clockSkewMaxMs } = context;
  const { kioskId, time } = answer;
  const message = proofMessage({ host, nonce, kioskId, time });
  const signed = isSignedBy(publicKey ?? UNKNOWN_KEY, message, answer.signature);
  return signed && publicKey !== undefined && Math.abs(now - time) <= clockSkewMaxMs;
}

/** @param publicKey Ed25519, 32 bytes in base64url. @param signature 64 bytes in base64url. */
export function isSignedBy(publicKey: string, message: Uint8Array, signature: string): boolean {
  // As a JWK (RFC 8037 §2) it goes past the DER decoder, which takes as long as the signature itself.
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  return verify(null, message, key, Buffer.from(signature, 'base64url'));
}
