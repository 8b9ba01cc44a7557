/**
 * The registry: import rate, bytes per person, and what a look-up costs as the number of persons grows.
 * `npm run bench -- registry [PERSONS…] [import] [--folder FOLDER]`; without numbers 1e5 and 1e6, since 1e7
 * takes minutes to fill and some 9 GB; `import` alone leaves the look-ups out. In FOLDER the filled
 * databases stay, for the next run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext } from './harness/bench-context.ts';
import { benchImports } from './registry/imports.ts';
import { benchLookups } from './registry/lookups.ts';

export async function run(context: BenchContext): Promise<void> {
  const words = [...context.args];
  const at = words.indexOf('--folder');
  const [, kept] = at < 0 ? [] : words.splice(at, 2);
  const sizes = words.map(Number).filter((size) => size > 0);
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  try {
    if (words.includes('import') || sizes.length === 0) {
      await benchImports(context, folder);
    }
    if (!words.includes('import')) {
      await benchLookups(context, kept ?? folder, sizes.length > 0 ? sizes : [100_000, 1_000_000]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
