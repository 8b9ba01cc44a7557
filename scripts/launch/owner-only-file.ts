import { type FileHandle, open } from 'node:fs/promises';

const OWNER_ONLY = 0o600;

/**
 * Everything that this process and its children create from now on is their owner's alone. The first thing
 * that a program does that writes keys, people or what they were answered.
 */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

/**
 * Opens a file for writing that only its owner may read, also when it was there before with another mode.
 *
 * @param flags `w` replaces its content, `wx` refuses a file that is there.
 */
export async function openOwnerOnly(path: string, flags: 'w' | 'wx'): Promise<FileHandle> {
  const file = await open(path, flags, OWNER_ONLY);
  try {
    await file.chmod(OWNER_ONLY);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes a whole file that only its owner may read. */
export async function writeOwnerOnly(
  path: string,
  content: string | Uint8Array,
  flags: 'w' | 'wx' = 'w',
): Promise<void> {
  const file = await openOwnerOnly(path, flags);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}
