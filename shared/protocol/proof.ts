/** What a kiosk signs to prove who it is: bound to the host it dialled, the server's nonce and its own time. */
export interface ProofClaims {
  /** The host and port of the URL the kiosk dialled, in lower case. */
  host: string;
  /** The server's nonce, base64url. */
  nonce: string;
  kioskId: string;
  /** The kiosk's clock, Unix time in milliseconds. */
  time: number;
}

/**
 * The bytes under a kiosk's Ed25519 signature. No part can hold the separator, so two different
 * proofs never share their bytes.
 */
export function proofMessage(claims: ProofClaims): Uint8Array {
  const parts = ['varco.v1 proof', claims.host, claims.nonce, claims.kioskId, String(claims.time)];
  return new TextEncoder().encode(parts.join('\n'));
}
