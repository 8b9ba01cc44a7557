import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Verify } from '../../shared/credential/credential.ts';

/** A published signing key: 8 hexadecimal digits and the raw Ed25519 public key, base64url. */
interface PublishedKey {
  keyId: string;
  publicKey: string;
}

/** Checks credentials' signatures against the keys that the server published at boot (RFC 8032). */
export function credentialVerifier(keys: readonly PublishedKey[]): Verify {
  const byId = new Map<string, KeyObject>(
    keys.map(({ keyId, publicKey }) => [
      keyId,
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }),
    ]),
  );
  return (keyId, message, signature) => {
    const key = byId.get(keyId);
    return key ? verify(null, message, key, signature) : undefined;
  };
}
