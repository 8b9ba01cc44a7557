import { createPublicKey } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { VarcoError } from '../../shared/errors.ts';
import { FACT_BYTES, type Fact, factSchema } from '../../shared/fact.ts';

/** The server's public key for facts: a name, and an X25519 key (RFC 7748) in base64url. */
export interface FactsKey {
  keyId: string;
  publicKey: string;
}

/** A fact that only the server can read. */
export interface SealedFact {
  /** One for each kind of fact of a request: the same fact twice is kept once. */
  key: string;
  box: string;
}

/**
 * Seals a fact to the server. The key of each box is made for it and forgotten: from here on this kiosk
 * can't read what it owes.
 *
 * @throws VarcoError `factTooLong`, when it does not fit the length that all facts have; what zod throws
 * when it is no fact.
 */
export async function sealFact(fact: Fact, { keyId, publicKey }: FactsKey): Promise<SealedFact> {
  const text = Buffer.from(JSON.stringify(factSchema.parse(fact)));
  if (text.length > FACT_BYTES) {
    throw new VarcoError('factTooLong', 'A fact is longer than all facts may be');
  }
  const filled = Buffer.alloc(FACT_BYTES, ' ');
  text.copy(filled);
  const recipient = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: publicKey },
    format: 'jwk',
  });
  const box = await new CompactEncrypt(filled)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: keyId })
    .encrypt(recipient);
  return { key: `${fact.kind} ${fact.requestId}`, box };
}
