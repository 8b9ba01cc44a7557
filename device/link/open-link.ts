import { createPrivateKey, sign } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { VarcoError } from '../../shared/errors.ts';
import type { LinkConfig } from '../config.ts';
import { type Disk, directoryDisk, OWNER_ONLY } from '../storage/disk.ts';
import { type EnrolledIdentity, readIdentity } from './identity.ts';
import type { LinkTls } from './link-socket.ts';

/** The version that is reported to the server. */
export const SOFTWARE = 'varco 0.1.0';

/** What the files of a link's config say. */
export interface OpenedLink {
  tls: LinkTls;
  /** Who this kiosk is; absent: it is to be enrolled. */
  identity: EnrolledIdentity | undefined;
  /** Where this kiosk keeps what its server gave it; absent: nowhere, so it takes no remote config. */
  disk: Disk | undefined;
  /** Whether the config file says who this kiosk is, so that no enrolment changes it. */
  isFixed: boolean;
}

/**
 * Reads the files that a link's config names.
 *
 * @throws VarcoError `keyUnreadable`, `certificateUnreadable`, `identityUnreadable`, or the disk's own error.
 */
export async function openLinkFiles(config: LinkConfig): Promise<OpenedLink> {
  const { folder, url, kioskId, keyFile } = config;
  const tls = await readLinkTls(config);
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  }
  const disk = folder === undefined ? undefined : directoryDisk(folder);
  if (url !== undefined && kioskId !== undefined && keyFile !== undefined) {
    const key = await readKey(keyFile);
    const identity = { url, kioskId, sign: (message: Uint8Array) => sign(null, message, key) };
    return { tls, identity, disk, isFixed: true };
  }
  const identity = disk && (await readIdentity(disk));
  return { tls, identity, disk, isFixed: false };
}

/** @throws VarcoError `certificateUnreadable`. */
export async function readLinkTls({
  caFile,
  certFile,
  certKeyFile,
}: Pick<LinkConfig, 'caFile' | 'certFile' | 'certKeyFile'>): Promise<LinkTls> {
  const [ca, cert, key] = await Promise.all(
    [caFile, certFile, certKeyFile].map(async (path) => {
      try {
        return path === undefined ? undefined : await readFile(path, 'utf8');
      } catch (cause) {
        throw new VarcoError('certificateUnreadable', `link: ${path} can't be read`, { cause });
      }
    }),
  );
  return { ca, cert, key };
}

async function readKey(keyFile: string) {
  try {
    return createPrivateKey(await readFile(keyFile));
  } catch (cause) {
    const message = `link.keyFile: ${keyFile} holds no readable Ed25519 key`;
    throw new VarcoError('keyUnreadable', message, { cause });
  }
}
