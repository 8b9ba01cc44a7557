import { chmodSync, closeSync, openSync, rmSync, statSync } from 'node:fs';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
/** The database's own file first: SQLite gives its companions the mode of that one. */
const SUFFIXES = ['', '-wal', '-shm', '-journal'];

/**
 * Makes the files of an SQLite database readable and writable by their owner alone, whatever the umask:
 * those that are there, and, since it is created here if missing, those that SQLite adds beside it.
 *
 * @throws the system's error, such as `EACCES`, or `EPERM` for another owner's file.
 */
export function ensureOwnerOnly(path: string): void {
  if (path === ':memory:') {
    return;
  }
  closeSync(openSync(path, 'a', OWNER_ONLY));
  for (const suffix of SUFFIXES) {
    const stats = statSync(path + suffix, { throwIfNoEntry: false });
    if (stats && (stats.mode & OTHERS) !== 0) {
      chmodSync(path + suffix, OWNER_ONLY);
    }
  }
}

/**
 * Lets `write` fill a new file that is its owner's alone; a failure leaves none.
 *
 * @throws `EEXIST` when there is one already, or what `write` throws.
 */
export async function withNewFile(path: string, write: () => Promise<unknown>): Promise<void> {
  closeSync(openSync(path, 'wx', OWNER_ONLY));
  try {
    await write();
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}
