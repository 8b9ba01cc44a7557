import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { compactDecrypt } from 'jose';
import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { HmacSha256 } from './hmac.ts';

const key32 = z.base64url().length(43);
const keyId = z.string().regex(/^[0-9a-f]{8}$/);

/**
 * `active` signs and verifies (one key), `verifying` only verifies, `retired` does neither: kiosks
 * and the reading page refuse its credentials.
 */
const signingKeySchema = z.strictObject({
  keyId,
  createdAt: z.number().int().nonnegative(),
  state: z.enum(['active', 'verifying', 'retired']),
  /** The Ed25519 seed (RFC 8032 §5.1.5), 32 bytes. */
  seed: key32,
});

export const keyringSchema = z.strictObject({
  version: z.literal(1),
  /** Credentials. */
  signing: z.array(signingKeySchema).min(1).max(32),
  /** Checkpoints of the audit chain. */
  audit: z.array(signingKeySchema).min(1).max(32),
  /** AES-256-GCM of columns; the last one seals, all open. */
  columns: z
    .array(z.strictObject({ keyId, key: key32 }))
    .min(1)
    .max(32),
  /** The keyed HMAC by which a codice fiscale is found. */
  lookup: key32,
  /** The root of the audit's monthly pseudonyms. */
  pseudonym: key32,
  /** One-time codes. */
  oneTimeCode: key32,
});

/** The content of a keyring file. */
export type KeyringFile = z.infer<typeof keyringSchema>;
export type SigningKey = z.infer<typeof signingKeySchema>;

const BOX_VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BOX_OVERHEAD = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;
// PKCS #8 of an Ed25519 seed is this prefix and the seed (RFC 8410 §7).
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
// The same of an X25519 key.
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');

interface OpenKey {
  keyId: string;
  state: SigningKey['state'];
  createdAt: number;
  privateKey: KeyObject;
  publicKey: KeyObject;
  publicRaw: Buffer;
}

/** New keys, from the machine's own randomness. */
export function generateKeyringFile(now: number): KeyringFile {
  return {
    version: 1,
    signing: [generateSigningKey(now)],
    audit: [generateSigningKey(now)],
    columns: [{ keyId: randomBytes(KEY_ID_BYTES).toString('hex'), key: newKey() }],
    lookup: newKey(),
    pseudonym: newKey(),
    oneTimeCode: newKey(),
  };
}

/** A new Ed25519 key, already the one that signs; its id is the start of its public key's SHA-256. */
export function generateSigningKey(now: number): SigningKey {
  const seed = newKey();
  const { publicRaw } = openSeed(seed);
  const id = createHash('sha256')
    .update(publicRaw)
    .digest('hex')
    .slice(0, 2 * KEY_ID_BYTES);
  return { keyId: id, createdAt: now, state: 'active', seed };
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
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

function openKeys(keys: readonly SigningKey[]): Map<string, OpenKey> {
  return new Map(
    keys.map(({ keyId: id, state, createdAt, seed }) => [
      id,
      { keyId: id, state, createdAt, ...openSeed(seed) },
    ]),
  );
}

/** The server's secrets, ready for use. It never shows a key, also not when logged. */
export class Keyring {
  readonly #signing: Map<string, OpenKey>;
  readonly #audit: Map<string, OpenKey>;
  readonly #columns: Map<string, Buffer>;
  readonly #sealingKeyId: string;
  readonly #lookup: HmacSha256;
  readonly #oneTimeCode: HmacSha256;
  readonly #pseudonym: HmacSha256;
  readonly #monthKeys = new Map<string, HmacSha256>();

  constructor(file: KeyringFile) {
    this.#signing = openKeys(file.signing);
    this.#audit = openKeys(file.audit);
    this.#columns = new Map(
      file.columns.map(({ keyId: id, key }) => [id, Buffer.from(key, 'base64url')]),
    );
    this.#sealingKeyId = file.columns.at(-1)?.keyId ?? '';
    this.#lookup = hmacOf(file.lookup);
    this.#oneTimeCode = hmacOf(file.oneTimeCode);
    this.#pseudonym = hmacOf(file.pseudonym);
  }

  /** The keyed HMAC by which a codice fiscale is found: 32 hexadecimal digits (128 bits). */
  codeMac(codiceFiscale: string): string {
    return this.#lookup.hex(codiceFiscale).slice(0, 32);
  }

  /** A keyed hash of a one-time code and all that it is bound to; parts can't hold the separator. */
  oneTimeCodeMac(...parts: readonly string[]): string {
    return this.#oneTimeCode.hex(parts.join('\n'));
  }

  /**
   * Who a row of the audit is about, unlinkable from one month to the next without the key.
   *
   * @param month `YYYY-MM`, in UTC.
   */
  pseudonym(month: string, subject: string): string {
    let key = this.#monthKeys.get(month);
    if (!key) {
      key = new HmacSha256(Buffer.from(this.#pseudonym.hex(month), 'hex'));
      this.#monthKeys.set(month, key);
    }
    return key.hex(subject).slice(0, 32);
  }

  /** Which key is which, without showing it: kept in the database to notice a wrong keyring. */
  fingerprint(): string {
    return this.#lookup.hex('varco keyring').slice(0, 32);
  }

  /** @param place such as `person.identity`: a box opens only where it was sealed. */
  seal(place: string, text: string): Buffer {
    const key = this.#columns.get(this.#sealingKeyId) as Buffer;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
    const data = cipher.update(text, 'utf8');
    cipher.final();
    const head = Buffer.from([BOX_VERSION]);
    const id = Buffer.from(this.#sealingKeyId, 'hex');
    return Buffer.concat([head, id, nonce, data, cipher.getAuthTag()]);
  }

  /** @throws VarcoError `boxUnreadable`: damaged, moved, or of a key that is not here. */
  open(place: string, box: Buffer): string {
    const key = this.#columns.get(box.subarray(1, 1 + KEY_ID_BYTES).toString('hex'));
    if (!key || box.length < BOX_OVERHEAD || box[0] !== BOX_VERSION) {
      throw new VarcoError('boxUnreadable', `A value of ${place} is of a key that is not here`);
    }
    const nonce = box.subarray(1 + KEY_ID_BYTES, 1 + KEY_ID_BYTES + NONCE_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce)
        .setAAD(Buffer.from(place))
        .setAuthTag(box.subarray(-TAG_BYTES));
      const data = box.subarray(1 + KEY_ID_BYTES + NONCE_BYTES, -TAG_BYTES);
      return decipher.update(data, undefined, 'utf8') + decipher.final('utf8');
    } catch (error) {
      throw new VarcoError('boxUnreadable', `A value of ${place} is damaged`, { cause: error });
    }
  }

  /** What kiosks seal facts to now: an X25519 key (RFC 7748), base64url. */
  factsKey(): { keyId: string; publicKey: string } {
    const id = this.#sealingKeyId;
    const { x = '' } = createPublicKey(this.#factsPrivateKey(id) as KeyObject).export({
      format: 'jwk',
    });
    return { keyId: id, publicKey: x };
  }

  /**
   * Opens what a kiosk sealed to {@link factsKey}, of now or of any column key that is kept.
   *
   * @throws VarcoError `boxUnreadable`: damaged, or of a key that is not here.
   */
  async openFact(box: string): Promise<string> {
    try {
      const { plaintext } = await compactDecrypt(
        box,
        ({ kid }) => this.#factsPrivateKey(kid ?? '') ?? Promise.reject(new Error('no such key')),
        { keyManagementAlgorithms: ['ECDH-ES'], contentEncryptionAlgorithms: ['A256GCM'] },
      );
      return new TextDecoder().decode(plaintext);
    } catch (cause) {
      throw new VarcoError('boxUnreadable', 'A sealed fact can’t be opened', { cause });
    }
  }

  /** Derived from a column key, so that it is kept, backed up and rotated with it. */
  #factsPrivateKey(id: string): KeyObject | undefined {
    const key = this.#columns.get(id);
    const seed = key && Buffer.from(new HmacSha256(key).hex('varco facts X25519'), 'hex');
    return (
      seed &&
      createPrivateKey({
        key: Buffer.concat([PKCS8_X25519, seed]),
        format: 'der',
        type: 'pkcs8',
      })
    );
  }

  /** The key that new credentials are signed with. */
  credentialSigner(): { keyId: string; sign: (message: Uint8Array) => Uint8Array } {
    return signerOf(this.#signing);
  }

  auditSigner(): { keyId: string; sign: (message: Uint8Array) => Uint8Array } {
    return signerOf(this.#audit);
  }

  /** True or false for the signature, `undefined` when no key that still verifies has this id. */
  verifyCredential(id: string, message: Uint8Array, signature: Uint8Array): boolean | undefined {
    const key = this.#signing.get(id);
    return key && key.state !== 'retired' ? verifyWith(key, message, signature) : undefined;
  }

  /** A retired audit key still proves old checkpoints. */
  verifyAudit(id: string, message: Uint8Array, signature: Uint8Array): boolean {
    const key = this.#audit.get(id);
    return key !== undefined && verifyWith(key, message, signature);
  }

  /** What kiosks check codes with: every key that is not retired, base64url. */
  credentialKeys(): { keyId: string; publicKey: string }[] {
    return [...this.#signing.values()]
      .filter(({ state }) => state !== 'retired')
      .map(({ keyId: id, publicRaw }) => ({
        keyId: id,
        publicKey: publicRaw.toString('base64url'),
      }));
  }

  toJSON(): string {
    return '[keyring]';
  }
}

function hmacOf(key: string): HmacSha256 {
  return new HmacSha256(Buffer.from(key, 'base64url'));
}

function signerOf(keys: Map<string, OpenKey>) {
  const key = [...keys.values()].find(({ state }) => state === 'active');
  if (!key) {
    throw new VarcoError('keyringInvalid', 'The keyring has no active key: run varco keys rotate');
  }
  return { keyId: key.keyId, sign: (message: Uint8Array) => sign(null, message, key.privateKey) };
}

function verifyWith(key: OpenKey, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, message, key.publicKey, signature);
}
