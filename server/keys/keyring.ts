import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomFillSync,
} from 'node:crypto';
import { compactDecrypt } from 'jose';
import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { HmacSha256 } from './hmac.ts';
import {
  generateSigningKey,
  KEY_ID_BYTES,
  key32,
  keyId,
  newKey,
  type OpenKey,
  openKeys,
  type Signer,
  signerOf,
  signingKeySchema,
  verifyWith,
} from './signing-key.ts';

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

const BOX_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BOX_OVERHEAD = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;
// PKCS #8 of an X25519 key is this prefix and the key (RFC 8410 §7).
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** Random nonces, drawn in bulk: a call to the system's random source costs as much as a seal. */
class Nonces {
  readonly #pool = Buffer.alloc(NONCE_BYTES * 256);
  #used = this.#pool.length;

  /** Never the same twice; good until the next call. */
  next(): Buffer {
    if (this.#used === this.#pool.length) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    this.#used += NONCE_BYTES;
    return this.#pool.subarray(this.#used - NONCE_BYTES, this.#used);
  }
}

/** A keyring of new random keys. */
export function generateKeyringFile(now: number): KeyringFile {
  return {
    version: 1,
    signing: [generateSigningKey(now)],
    audit: [generateSigningKey(now)],
    columns: [generateColumnKey()],
    lookup: newKey(),
    pseudonym: newKey(),
    oneTimeCode: newKey(),
  };
}

/** A new key for sealing columns. */
export function generateColumnKey(): KeyringFile['columns'][number] {
  return { keyId: randomBytes(KEY_ID_BYTES).toString('hex'), key: newKey() };
}

/** The server's secrets, ready for use. It never shows a key, not even when it is logged. */
export class Keyring {
  #signing!: Map<string, OpenKey>;
  #audit!: Map<string, OpenKey>;
  #columns!: Map<string, Buffer>;
  #sealingKeyId!: string;
  #sealingKey!: KeyObject;
  /** The version and key id that every new box begins with. */
  #boxHead!: Buffer;
  readonly #nonces = new Nonces();
  /** The public key that facts are sealed to, derived when first asked for. */
  #factsKey: { keyId: string; publicKey: string } | undefined;
  readonly #lookup: HmacSha256;
  readonly #oneTimeCode: HmacSha256;
  readonly #pseudonym: HmacSha256;
  readonly #monthKeys = new Map<string, HmacSha256>();

  constructor(file: KeyringFile) {
    this.#lookup = hmacOf(file.lookup);
    this.#oneTimeCode = hmacOf(file.oneTimeCode);
    this.#pseudonym = hmacOf(file.pseudonym);
    this.#take(file);
  }

  /**
   * Switches to the keys of a rotated file, for everybody who holds this keyring. The three HMAC keys are
   * never rotated: nothing that is stored under their hashes could be found any more.
   *
   * @throws VarcoError `keyringMismatch`: the file belongs to another database.
   */
  replace(file: KeyringFile): void {
    const other = new Keyring(file);
    if (other.fingerprint() !== this.fingerprint() || !other.namesLike(this)) {
      throw new VarcoError('keyringMismatch', 'The keyring is not the one of this database');
    }
    this.#take(file);
  }

  #take(file: KeyringFile): void {
    this.#signing = openKeys(file.signing);
    this.#audit = openKeys(file.audit);
    this.#columns = new Map(
      file.columns.map(({ keyId: id, key }) => [id, Buffer.from(key, 'base64url')]),
    );
    const newest = file.columns.at(-1);
    this.#sealingKeyId = newest?.keyId ?? '';
    this.#sealingKey = createSecretKey(newest?.key ?? '', 'base64url');
    this.#boxHead = Buffer.from([BOX_VERSION, ...Buffer.from(this.#sealingKeyId, 'hex')]);
    this.#factsKey = undefined;
  }

  /** Whether another keyring gives people and codes the same hashes. */
  namesLike(other: Keyring): boolean {
    const names = (one: Keyring) => [one.pseudonym('names', ''), one.oneTimeCodeMac('names')];
    return names(this).join() === names(other).join();
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

  /** Identifies the keyring without showing a key: kept in the database to notice a wrong one. */
  fingerprint(): string {
    return this.#lookup.hex('varco keyring').slice(0, 32);
  }

  /** @param place such as `person.identity`: a box opens only where it was sealed. */
  seal(place: string, text: string): Buffer {
    const nonce = this.#nonces.next();
    const cipher = createCipheriv('aes-256-gcm', this.#sealingKey, nonce).setAAD(
      Buffer.from(place),
    );
    const data = cipher.update(text, 'utf8');
    cipher.final();
    return Buffer.concat([this.#boxHead, nonce, data, cipher.getAuthTag()]);
  }

  /** @throws VarcoError `boxUnreadable`: damaged, moved, or sealed with a key that is not here. */
  open(place: string, box: Buffer): string {
    const key = this.#columns.get(Keyring.sealedWith(box));
    if (!key || box.length < BOX_OVERHEAD || box[0] !== BOX_VERSION) {
      throw new VarcoError(
        'boxUnreadable',
        `A value of ${place} was sealed with a key that is not here`,
      );
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

  /** The key that kiosks seal facts to now: X25519 (RFC 7748), base64url. */
  factsKey(): { keyId: string; publicKey: string } {
    const keyId = this.#sealingKeyId;
    // Every boot answer holds it, and deriving it takes as long as the rest of the boot.
    if (this.#factsKey?.keyId !== keyId) {
      const privateKey = this.#factsPrivateKey(keyId);
      const { x: publicKey = '' } = privateKey
        ? createPublicKey(privateKey).export({ format: 'jwk' })
        : {};
      this.#factsKey = { keyId, publicKey };
    }
    return { ...this.#factsKey };
  }

  /**
   * Opens what a kiosk sealed to the current {@link factsKey}, or to one of an older column key.
   *
   * @throws VarcoError `boxUnreadable`: damaged, or sealed to a key that is not here.
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

  /** The key that signs credentials at `now`; by default, once every gate knows the newest. */
  credentialSigner(now = Number.POSITIVE_INFINITY): Signer {
    return signerOf(this.#signing, now);
  }

  /** A new audit key signs at once, since no gate has to learn it first. */
  auditSigner(): Signer {
    return signerOf(this.#audit, Number.POSITIVE_INFINITY);
  }

  /** Which key seals new boxes. */
  get sealingKeyId(): string {
    return this.#sealingKeyId;
  }

  /** Which key a box was sealed with. */
  static sealedWith(box: Buffer): string {
    return box.subarray(1, 1 + KEY_ID_BYTES).toString('hex');
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

  /** The keys that kiosks verify credentials with: all that are not retired, base64url. */
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
