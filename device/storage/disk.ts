import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../shared/errors.ts';

/** Mode of a folder that only the kiosk's own user may read. */
export const OWNER_ONLY = 0o700;
/** Mode of a file that only the kiosk's own user may read. */
export const OWNER_ONLY_FILE = 0o600;

/** The few files of a store; handed in, so that a test can fill the disk or cut the power. */
export interface Disk {
  /** The file's bytes, or `undefined` when there is none. @throws the system's error. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** All or nothing: after a power cut the file is the old one or the new one, never a part. */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Files in one directory, readable by this user alone. */
export function directoryDisk(directory: string): Disk {
  return {
    async read(name) {
      try {
        return await readFile(join(directory, name));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') {
          return undefined;
        }
        throw error;
      }
    },
    async replace(name, bytes) {
      const fresh = join(directory, `${name}.new`);
      await writeDurably(fresh, bytes);
      await rename(fresh, join(directory, name));
      await syncDirectory(directory);
    },
    async remove(name) {
      await rm(join(directory, name), { force: true });
      await syncDirectory(directory);
    },
  };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', OWNER_ONLY_FILE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
}

/** A rename is durable only when the directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
