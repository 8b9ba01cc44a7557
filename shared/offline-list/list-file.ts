import { decode, encode } from 'cborg';
import { z } from 'zod';
import type { Sign, Verify } from '../credential/credential.ts';
import { VarcoError } from '../errors.ts';

/** Why a list is refused; a closed set. */
export type OfflineListCode =
  | 'listCorrupt'
  | 'listUnsupported'
  | 'listUnknownKey'
  | 'listBadSignature'
  | 'listForOther'
  | 'listRollback'
  | 'listDiverged';

/** A list that is refused. */
export class OfflineListError extends VarcoError<OfflineListCode> {}

/** SHA-256, handed in. */
export type Sha256 = (message: Uint8Array) => Uint8Array;

const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length);
const counter = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const uint32 = z.number().int().nonnegative().max(0xffff_ffff);

/**
 * The largest scrypt a kiosk runs, in bytes that it writes: 128·N·r of memory, p times. It bounds memory and
 * work alike, so that no header can stall a gate, whoever signed it.
 */
const SCRYPT_BYTES_MAX = 128 * 1024 * 1024;

const kdfSchema = z
  .strictObject({
    cost: z.number().int().min(2).max(1_048_576),
    blockSize: z.number().int().min(1).max(32),
    parallelism: z.number().int().min(1).max(4),
  })
  .refine(({ cost }) => (cost & (cost - 1)) === 0)
  .refine(
    ({ cost, blockSize, parallelism }) => 128 * cost * blockSize * parallelism <= SCRYPT_BYTES_MAX,
  );

const common = {
  format: z.literal(1),
  /** Which of the server's keys signed it: 8 hexadecimal digits. */
  keyId: z.string().regex(/^[0-9a-f]{8}$/),
  policy: z.string().min(1).max(64),
  /** Changes with the epoch key; versions count within all epochs and never go back. */
  epoch: counter,
  version: counter,
  /** Unix time in milliseconds. */
  issuedAt: counter,
  /** How old the list may be when a gate decides from it, in milliseconds. */
  maxAgeMs: z
    .number()
    .int()
    .min(60_000)
    .max(31 * 86_400_000),
  kdf: kdfSchema,
  epochKey: bytes(32),
  /** How many entries it has, once applied, and their digest. */
  allowed: uint32,
  denied: uint32,
  digest: bytes(16),
  bodyHash: bytes(32),
};

const headerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('full'),
    ...common,
    filter: z.strictObject({
      seed: uint32,
      segmentLength: z.number().int().min(4).max(65_536),
      segmentCount: z.number().int().min(1).max(16_777_216),
    }),
  }),
  z.strictObject({
    kind: z.literal('delta'),
    ...common,
    /** The version of the full list that it changes. */
    base: counter,
    changes: uint32,
  }),
]);

/** What is signed: everything there is to know of a list but its entries, and their hash. */
export type ListHeader = z.infer<typeof headerSchema>;
export type FullHeader = ListHeader & { kind: 'full' };
export type DeltaHeader = ListHeader & { kind: 'delta' };

const MAGIC = new TextEncoder().encode('VARCOLST');
const SIGNATURE_BYTES = 64;
const LENGTH_BYTES = 4;
const HEADER_BYTES_MAX = 4_096;
/** Larger than 20 million entries; a file above it is not read, in bytes. */
export const LIST_BYTES_MAX = 64 * 1024 * 1024;

/** A list whose signature was checked. */
export interface OpenedList {
  header: ListHeader;
  body: Uint8Array;
}

/**
 * Signs a list: `VARCOLST`, the header's length (32 bits), the header (CBOR), a 64-byte Ed25519
 * signature over it, and the body, which the header's hash covers.
 */
export function sealList(
  header: ListHeader,
  body: Uint8Array,
  options: { sign: Sign },
): Uint8Array {
  const headerBytes = encode(headerSchema.parse(header));
  const signature = options.sign(toBeSigned(headerBytes));
  const file = new Uint8Array(
    MAGIC.length + LENGTH_BYTES + headerBytes.length + SIGNATURE_BYTES + body.length,
  );
  file.set(MAGIC);
  new DataView(file.buffer).setUint32(MAGIC.length, headerBytes.length);
  let at = MAGIC.length + LENGTH_BYTES;
  for (const part of [headerBytes, signature, body]) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Signs a list that was sealed elsewhere, in place: whoever builds one need not hold the key. */
export function signList(file: Uint8Array, sign: Sign): Uint8Array {
  const { header, signature } = split(file);
  signature.set(sign(toBeSigned(header)));
  return file;
}

/**
 * Opens a list: its shape, its signature, its hash, in that order and before anything in it is used.
 *
 * @throws OfflineListError `listCorrupt`, `listUnsupported` (a later format), `listUnknownKey`,
 * `listBadSignature`.
 */
export function openList(
  file: Uint8Array,
  options: { verify: Verify; sha256: Sha256 },
): OpenedList {
  const parts = split(file);
  const header = parseHeader(parts.header);
  const verified = options.verify(header.keyId, toBeSigned(parts.header), parts.signature);
  if (verified === undefined) {
    throw new OfflineListError('listUnknownKey', 'The list is signed with a key that is not known');
  }
  if (!verified) {
    throw new OfflineListError('listBadSignature', 'The list’s signature is wrong');
  }
  if (!equalBytes(options.sha256(parts.body), header.bodyHash)) {
    throw new OfflineListError('listCorrupt', 'The list’s entries are not those that were signed');
  }
  return { header, body: parts.body };
}

function split(file: Uint8Array): { header: Uint8Array; signature: Uint8Array; body: Uint8Array } {
  const start = MAGIC.length + LENGTH_BYTES;
  const isList =
    file.length >= start &&
    file.length <= LIST_BYTES_MAX &&
    equalBytes(file.subarray(0, MAGIC.length), MAGIC);
  const length = isList ? new DataView(file.buffer, file.byteOffset).getUint32(MAGIC.length) : 0;
  if (length === 0 || length > HEADER_BYTES_MAX || start + length + SIGNATURE_BYTES > file.length) {
    throw new OfflineListError('listCorrupt', 'This is not an offline list, or not all of one');
  }
  const signatureAt = start + length;
  return {
    header: file.subarray(start, signatureAt),
    signature: file.subarray(signatureAt, signatureAt + SIGNATURE_BYTES),
    body: file.subarray(signatureAt + SIGNATURE_BYTES),
  };
}

function parseHeader(data: Uint8Array): ListHeader {
  let content: unknown;
  try {
    content = decode(data, { strict: true, rejectDuplicateMapKeys: true });
  } catch (cause) {
    throw new OfflineListError('listCorrupt', 'The list’s header is not CBOR', { cause });
  }
  const parsed = headerSchema.safeParse(content);
  if (!parsed.success) {
    const isLater = z.looseObject({ format: z.number().int().min(2) }).safeParse(content).success;
    throw isLater
      ? new OfflineListError('listUnsupported', 'The list is of a later format')
      : new OfflineListError('listCorrupt', 'The list’s header is not of its schema');
  }
  return parsed.data;
}

function toBeSigned(header: Uint8Array): Uint8Array {
  const domain = new TextEncoder().encode('varco offline list 1\n');
  const message = new Uint8Array(domain.length + header.length);
  message.set(domain);
  message.set(header, domain.length);
  return message;
}

/** Not in constant time: nothing here is secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
