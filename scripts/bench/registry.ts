/**
 * The registry: import rate, bytes per person, and the cost of a look-up as the number of persons grows.
 * `npm run bench -- registry [PERSONS…] [import] [--folder FOLDER]`. The default is 1e5 and 1e6 persons,
 * since 1e7 take minutes and some 9 GB; `import` alone skips the look-ups. FOLDER keeps the databases for
 * the next run.
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
