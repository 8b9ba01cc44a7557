import { base32nopad, hex } from '@scure/base';
import { decode, encode } from 'cborg';
import { z } from 'zod';
import { isFresh, LIVE_SECONDS } from './live-code.ts';

/**
 * The content of a varco QR code: a CWT (RFC 8392) signed as COSE_Sign1 with EdDSA (RFC 9052, 9053)
 * in an upper-case URL, `HTTPS://HOST/V/1/BASE32`, so that the symbol stays in alphanumeric mode and
 * any phone opens the reading page. It holds a random 128-bit id and nothing about the person.
 */
export interface Credential {
  /** 128 random bits as 32 lower-case hexadecimal digits: the server's record is found by it. */
  id: string;
  /** `status`: the QR of the service; `card`: the Disability Card's code. */
  kind: 'status' | 'card';
  /** Unix time in seconds. */
  issuedAt: number;
  /** Unix time in seconds; a `status` credential has none, since it belongs to the person. */
  expiresAt?: number | undefined;
  /** Signed afresh every half minute by a phone's page (`live-code.ts`); `issuedAt` proves when. */
  live?: true | undefined;
}

/** Why a text is not a credential that this gate may trust; each has its own words on the screen. */
export type CredentialProblem =
  | 'notVarco'
  | 'foreignHost'
  | 'unsupportedVersion'
  | 'malformed'
  | 'unknownKey'
  | 'badSignature'
  | 'expired'
  /** A live code older than its minute, likely a photograph, or one dated in the future. */
  | 'liveStale';

export type DecodedCredential =
  | { ok: true; credential: Credential; keyId: string }
  | { ok: false; problem: CredentialProblem };

/** Signs with the private key that `keyId` names; Ed25519, 64 bytes. */
export type Sign = (message: Uint8Array) => Uint8Array;

/** True or false for the signature, `undefined` when no key has this id. */
export type Verify = (
  keyId: string,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | undefined;

const VERSION = '1';
const TEXT_LENGTH_MAX = 512;
const ID_BYTES = 16;
const KEY_ID_BYTES = 4;
const SIGNATURE_BYTES = 64;

// COSE header parameters and CWT claims by number (RFC 9052 §3.1, RFC 8392 §4). The kind is a
// private-use claim (below -65536), left out of the usual code, so that it stays small.
const HEADER_ALGORITHM = 1;
const HEADER_KEY_ID = 4;
const ALGORITHM_EDDSA = -8;
const CLAIM_EXPIRES = 4;
const CLAIM_ISSUED = 6;
const CLAIM_ID = 7;
const CLAIM_KIND = -65537;
// What the claim says: a card, a live code of a status, a live code of a card.
const KIND_CARD = 1;
const KIND_LIVE = 2;
const KIND_LIVE_CARD = 3;

const EMPTY = new Uint8Array(0);

/**
 * Makes the text of a QR code.
 *
 * @param options.host the host of the reading page, such as `varco.example.it`.
 * @param options.keyId 8 hexadecimal digits naming the signing key.
 */
export function encodeCredential(
  credential: Credential,
  options: { host: string; keyId: string; sign: Sign },
): string {
  const headers = encode(
    new Map<number, unknown>([
      [HEADER_ALGORITHM, ALGORITHM_EDDSA],
      [HEADER_KEY_ID, fromHex(options.keyId, KEY_ID_BYTES)],
    ]),
  );
  const claims = new Map<number, unknown>([
    [CLAIM_ISSUED, credential.issuedAt],
    [CLAIM_ID, fromHex(credential.id, ID_BYTES)],
  ]);
  if (credential.expiresAt !== undefined) {
    claims.set(CLAIM_EXPIRES, credential.expiresAt);
  }
  const kind = kindClaim(credential);
  if (kind !== undefined) {
    claims.set(CLAIM_KIND, kind);
  }
  const payload = encode(claims);
  const signature = options.sign(toBeSigned(headers, payload));
  const token = encode([headers, new Map(), payload, signature]);
  return `HTTPS://${options.host.toUpperCase()}/V/${VERSION}/${base32nopad.encode(token)}`;
}

/**
 * Reads the text of a QR code and checks its signature. Never throws, whatever the text.
 *
 * @param options.hosts the hosts this gate trusts, in lower case; the URL is never opened.
 * @param options.now Unix time in seconds, for a credential that expires; 0 leaves that check to the
 * caller.
 */
export function decodeCredential(
  text: string,
  options: { hosts: readonly string[]; verify: Verify; now: number },
): DecodedCredential {
  const address = parseAddress(text);
  if (!address.ok) {
    return address;
  }
  if (!options.hosts.includes(address.host)) {
    return { ok: false, problem: 'foreignHost' };
  }
  if (address.version !== VERSION) {
    return { ok: false, problem: 'unsupportedVersion' };
  }
  const token = parseToken(address.body);
  if (!token) {
    return { ok: false, problem: 'malformed' };
  }
  const verified = options.verify(token.keyId, token.message, token.signature);
  if (verified === undefined) {
    return { ok: false, problem: 'unknownKey' };
  }
  if (!verified) {
    return { ok: false, problem: 'badSignature' };
  }
  const { expiresAt, live } = token.credential;
  if (live) {
    const good = options.now === 0 || isFresh(token.credential, options.now);
    return good ? { ok: true, ...pick(token) } : { ok: false, problem: 'liveStale' };
  }
  if (expiresAt !== undefined && expiresAt <= options.now) {
    return { ok: false, problem: 'expired' };
  }
  return { ok: true, ...pick(token) };
}

type Address =
  | { ok: true; host: string; version: string; body: string }
  | { ok: false; problem: 'notVarco' };

function parseAddress(text: string): Address {
  if (text.length > TEXT_LENGTH_MAX) {
    return { ok: false, problem: 'notVarco' };
  }
  const match = /^https:\/\/([a-z0-9.:-]{1,253})\/v\/([a-z0-9]{1,8})\/([a-z0-9]+)$/i.exec(text);
  if (!match) {
    return { ok: false, problem: 'notVarco' };
  }
  const [, host = '', version = '', body = ''] = match;
  return { ok: true, host: host.toLowerCase(), version, body: body.toUpperCase() };
}

interface Token {
  credential: Credential;
  keyId: string;
  message: Uint8Array;
  signature: Uint8Array;
}

const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length);
const seconds = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

const tokenSchema = z.tuple([
  z.instanceof(Uint8Array),
  z.instanceof(Map).refine((unprotected) => unprotected.size === 0),
  z.instanceof(Uint8Array),
  bytes(SIGNATURE_BYTES),
]);
const headersSchema = z.strictObject({
  [HEADER_ALGORITHM]: z.literal(ALGORITHM_EDDSA),
  [HEADER_KEY_ID]: bytes(KEY_ID_BYTES),
});
const claimsSchema = z.strictObject({
  [CLAIM_ISSUED]: seconds,
  [CLAIM_ID]: bytes(ID_BYTES),
  [CLAIM_EXPIRES]: seconds.optional(),
  [CLAIM_KIND]: z.literal([KIND_CARD, KIND_LIVE, KIND_LIVE_CARD]).optional(),
});

function parseToken(body: string): Token | undefined {
  try {
    const [headers, , payload, signature] = tokenSchema.parse(
      decodeStrictly(base32nopad.decode(body)),
    );
    const keyId = headersSchema.parse(Object.fromEntries(decodeMap(headers)))[HEADER_KEY_ID];
    const claims = claimsSchema.parse(Object.fromEntries(decodeMap(payload)));
    const expiresAt = claims[CLAIM_EXPIRES];
    const kind = claims[CLAIM_KIND];
    const live = kind === KIND_LIVE || kind === KIND_LIVE_CARD;
    if (live && expiresAt !== claims[CLAIM_ISSUED] + LIVE_SECONDS) {
      return undefined;
    }
    return {
      credential: {
        id: hex.encode(claims[CLAIM_ID]),
        kind: kind === KIND_CARD || kind === KIND_LIVE_CARD ? 'card' : 'status',
        issuedAt: claims[CLAIM_ISSUED],
        expiresAt,
        live: live || undefined,
      },
      keyId: hex.encode(keyId),
      message: toBeSigned(headers, payload),
      signature,
    };
  } catch {
    // Every codec and schema here throws on what is not canonical; a gate treats all of it alike.
    return undefined;
  }
}

function kindClaim({ kind, live }: Credential): number | undefined {
  if (live) {
    return kind === 'card' ? KIND_LIVE_CARD : KIND_LIVE;
  }
  return kind === 'card' ? KIND_CARD : undefined;
}

function pick({ credential, keyId }: Token) {
  return { credential, keyId };
}

function decodeStrictly(data: Uint8Array): unknown {
  return decode(data, { strict: true, useMaps: true, rejectDuplicateMapKeys: true });
}

function decodeMap(data: Uint8Array): Map<number, unknown> {
  return z.map(z.number(), z.unknown()).parse(decodeStrictly(data));
}

/** The Sig_structure of COSE_Sign1 (RFC 9052 §4.4), without external data. */
function toBeSigned(headers: Uint8Array, payload: Uint8Array): Uint8Array {
  return encode(['Signature1', headers, EMPTY, payload]);
}

function fromHex(text: string, length: number): Uint8Array {
  const data = hex.decode(text);
  if (data.length !== length) {
    throw new RangeError(`Expected ${length} bytes in hexadecimal`);
  }
  return data;
}
