import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { base64url, name } from '../../shared/protocol/fields.ts';
import type { Disk } from '../storage/disk.ts';
import type { KioskIdentity } from './link.ts';

const NAME = 'identity.json';

/** What an enrolled kiosk keeps: its name, and the private key that never leaves this file (0600). */
const keptSchema = z.strictObject({
  kioskId: name,
  /** Where the link goes. */
  url: z.string().regex(/^wss?:\/\/[!-~]{1,300}$/),
  /** PKCS #8, PEM. */
  privateKey: z.string().startsWith('-----BEGIN PRIVATE KEY-----').max(1_000),
});

/** Who an enrolled kiosk is and whom it dials. */
export interface EnrolledIdentity extends KioskIdentity {
  url: string;
}

/** A new key pair; its private half is written nowhere but to this kiosk's own disk. */
export interface NewKey {
  /** 32 bytes, base64url. */
  publicKey: string;
  privateKey: KeyObject;
}

export function newKey(): NewKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: base64url(32).parse(publicKey.export({ format: 'jwk' }).x), privateKey };
}

/**
 * Reads who this kiosk is; `undefined` before it was enrolled.
 *
 * @throws VarcoError `identityUnreadable`: there is one, and it is damaged: a new enrolment replaces it,
 * on purpose. Or the disk's own error.
 */
export async function readIdentity(disk: Disk): Promise<EnrolledIdentity | undefined> {
  const bytes = await disk.read(NAME);
  if (!bytes) {
    return undefined;
  }
  try {
    const kept = keptSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return identityOf(kept.kioskId, kept.url, createPrivateKey(kept.privateKey));
  } catch {
    // What is wrong with it is not said: the reason may quote the key.
    throw new VarcoError('identityUnreadable', `${NAME} is damaged: enrol this kiosk again`);
  }
}

/** Keeps who this kiosk is from now on, all of it or nothing. @throws the disk's own error. */
export async function keepIdentity(
  disk: Disk,
  identity: { kioskId: string; url: string; privateKey: KeyObject },
): Promise<EnrolledIdentity> {
  const { kioskId, url, privateKey } = identity;
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const kept = { kioskId, url, privateKey: pem };
  await disk.replace(NAME, new TextEncoder().encode(JSON.stringify(kept)));
  return identityOf(kioskId, url, privateKey);
}

function identityOf(kioskId: string, url: string, key: KeyObject): EnrolledIdentity {
  return { kioskId, url, sign: (message) => sign(null, message, key) };
}
