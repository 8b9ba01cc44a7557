import { randomUUID } from 'node:crypto';
import { open, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { OWNER_ONLY_FILE } from '../storage/disk.ts';
import type { CheckOutcome } from './checks.ts';

const FREE_BYTES_MIN = 64 << 20;
const PROBE_BYTES = 4_096;

/** Writes a few bytes to the disk, reads them back and takes them away again. */
export async function checkDisk(folder: string): Promise<CheckOutcome> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < FREE_BYTES_MIN) {
    return { result: 'failed', code: 'diskLow' };
  }
  const path = join(folder, `varco-self-test-${randomUUID()}`);
  const written = Buffer.alloc(PROBE_BYTES, 0x5a);
  try {
    const file = await open(path, 'wx', OWNER_ONLY_FILE);
    try {
      await file.writeFile(written);
      await file.sync();
    } finally {
      await file.close();
    }
    const same = written.equals(await readFile(path));
    return same ? { result: 'passed' } : { result: 'failed', code: 'diskCorrupt' };
  } finally {
    await rm(path, { force: true });
  }
}
