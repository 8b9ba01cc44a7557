import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { areas, ofAttack } from './areas.ts';

/** They compare latencies, and on a machine that is busy elsewhere they measure that. */
const needsQuiet = ['test/attack/timing/sqlite.test.ts', 'test/attack/timing/postgres.test.ts'];

/**
 * `npm run test:attack`: everything that attacks, and its table of counts. With `-- --mode short` only what
 * the usual tests do not run, with fewer inputs.
 */
export default defineConfig(({ mode }) => {
  const files = Object.values(areas).flat();
  const short = files.filter((file) => ofAttack(file) && !needsQuiet.includes(file));
  return {
    test: {
      root: fileURLToPath(new URL('../../', import.meta.url)),
      name: 'attack',
      include: mode === 'short' ? short : files,
      env: { VARCO_ATTACK: mode === 'short' ? 'short' : 'long' },
      pool: 'forks',
      execArgv: ['--import', 'tsx'],
      reporters: ['default', './test/attack/attack-table.ts'],
      // Of nothing but hangs: a machine that is busy elsewhere is no fault.
      testTimeout: 120_000,
      hookTimeout: 300_000,
    },
  };
});
