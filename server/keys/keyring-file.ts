import { createHash } from 'node:crypto';
import { chmod, link, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { generateColumnKey, type KeyringFile, keyringSchema } from './keyring.ts';
import { generateSigningKey } from './signing-key.ts';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

const fileSchema = z.strictObject({ checksum: z.string(), keyring: keyringSchema });

/**
 * Reads a keyring file.
 *
 * @throws VarcoError `keyringMissing`, `keyringExposed` (others may read it), `keyringInvalid`
 * (damaged or not a keyring).
 */
export async function readKeyringFile(path: string): Promise<KeyringFile> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if (mode & OTHERS) {
      throw new VarcoError(
        'keyringExposed',
        `Others may read the keyring ${path}: chmod 600 it, and rotate if they could have`,
      );
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof VarcoError) {
      throw error;
    }
    const message = `The keyring ${path} can't be read (${errorCode(error)}): varco keys init makes one`;
    throw new VarcoError('keyringMissing', message, { cause: error });
  }
  try {
    const { checksum, keyring } = fileSchema.parse(JSON.parse(text));
    if (checksum !== checksumOf(keyring)) {
      throw new Error('checksum');
    }
    return keyring;
  } catch {
    // The cause is left out: a parser's message may quote a key.
    throw new VarcoError('keyringInvalid', `The keyring ${path} is damaged: restore its backup`);
  }
}

/**
 * Writes a keyring so that a crash leaves the old file or the new one, never half of either.
 *
 * @param options.replace false: `keyringExists` when there is one already.
 */
export async function writeKeyringFile(
  path: string,
  keyring: KeyringFile,
  options: { replace: boolean },
): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  const text = JSON.stringify({ checksum: checksumOf(keyring), keyring }, undefined, 2);
  const file = await open(temporary, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(temporary, OWNER_ONLY);
  try {
    await (options.replace ? rename(temporary, path) : link(temporary, path));
  } catch (error) {
    const exists = errorCode(error) === 'EEXIST';
    const code = exists ? 'keyringExists' : 'keyringUnwritable';
    throw new VarcoError(code, `The keyring ${path} was not written (${errorCode(error)})`, {
      cause: error,
    });
  } finally {
    if (!options.replace) {
      await unlink(temporary);
    }
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync();
  await folder.close();
}

/** The uses of keys that can be rotated. */
export const keyUses = ['credentials', 'audit', 'columns'] as const;
export type KeyUse = (typeof keyUses)[number];

/**
 * Adds a new key for one use. For credentials and the audit the previous key goes on verifying, and older
 * ones stay as they were; for columns every older key still opens what it sealed.
 *
 * @returns the new key's id beside the keyring.
 */
export function rotate(
  keyring: KeyringFile,
  use: KeyUse,
  now: number,
): { keyring: KeyringFile; keyId: string } {
  if (use === 'columns') {
    const key = generateColumnKey();
    const columns = [...keyring.columns, key];
    return { keyring: checked({ ...keyring, columns }), keyId: key.keyId };
  }
  const name = use === 'credentials' ? 'signing' : 'audit';
  const older = keyring[name].map((key) =>
    key.state === 'active' ? { ...key, state: 'verifying' as const } : key,
  );
  const key = generateSigningKey(now);
  return { keyring: checked({ ...keyring, [name]: [...older, key] }), keyId: key.keyId };
}

/** @throws VarcoError `keyringFull`: retire old keys first. */
function checked(keyring: KeyringFile): KeyringFile {
  const parsed = keyringSchema.safeParse(keyring);
  if (!parsed.success) {
    throw new VarcoError('keyringFull', 'The keyring holds too many keys of this use: retire some');
  }
  return parsed.data;
}

/**
 * Retires a credential key, so that nothing signed with it verifies any more, or drops a column key.
 *
 * @param isSealed whether boxes of this key are still in the database.
 * @throws VarcoError `keyUnknown` (an audit key can't be retired: it proves old checkpoints); `keyActive`:
 * the key signs or seals; `keyInUse`: boxes need it.
 */
export function retire(
  keyring: KeyringFile,
  keyId: string,
  isSealed: (keyId: string) => boolean = () => false,
): KeyringFile {
  const column = keyring.columns.findIndex((one) => one.keyId === keyId);
  if (column >= 0) {
    if (column === keyring.columns.length - 1) {
      throw new VarcoError('keyActive', `The key ${keyId} seals: rotate first`);
    }
    if (isSealed(keyId)) {
      throw new VarcoError('keyInUse', `Boxes of the key ${keyId} are left: varco keys reseal`);
    }
    return { ...keyring, columns: keyring.columns.filter((one) => one.keyId !== keyId) };
  }
  const key = keyring.signing.find((one) => one.keyId === keyId);
  if (!key || key.state === 'active') {
    throw key
      ? new VarcoError('keyActive', `The key ${keyId} signs: rotate first`)
      : new VarcoError('keyUnknown', `The keyring has no key ${keyId} that can be retired`);
  }
  const signing = keyring.signing.map((one) =>
    one.keyId === keyId ? { ...one, state: 'retired' as const } : one,
  );
  return { ...keyring, signing };
}

function checksumOf(keyring: KeyringFile): string {
  return createHash('sha256').update(JSON.stringify(keyring)).digest('hex');
}
