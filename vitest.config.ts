import { defineConfig } from 'vitest/config';

/** Test files run from TypeScript, also inside worker threads: hence the tsx loader in every fork. */
const execArgv = ['--import', 'tsx'];

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', './test/support/browser-count.ts'],
    execArgv,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          globalSetup: 'test/support/chromium-for-run.ts',
        },
      },
    ],
  },
});
