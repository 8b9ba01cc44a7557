import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { areas, ofAttack } from './areas.ts';

/**
 * `npm run test:attack`: everything that attacks, and its table of counts. With `-- --mode short` only what
 * the usual tests do not run, with fewer inputs.
 */
export default defineConfig(({ mode }) => {
  const files = Object.values(areas).flat();
  return {
    test: {
      root: fileURLToPath(new URL('../../', import.meta.url)),
      name: 'attack',
      include: mode === 'short' ? files.filter(ofAttack) : files,
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
