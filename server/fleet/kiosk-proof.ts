import { createPublicKey, verify } from 'node:crypto';
import type { AnswerOf } from '../../shared/protocol/messages.ts';
import { proofMessage } from '../../shared/protocol/proof.ts';

// SubjectPublicKeyInfo of an Ed25519 key is this prefix and the key (RFC 8410 §4).
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

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
  const key = createPublicKey({
    key: Buffer.concat([SPKI_ED25519, Buffer.from(publicKey, 'base64url')]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, message, key, Buffer.from(signature, 'base64url'));
}
