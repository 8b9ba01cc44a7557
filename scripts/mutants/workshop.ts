import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** A test file that hangs under a mutant has noticed it; so long is waited, in milliseconds. */
const RUN_MS_MAX = 180_000;

/** How a run of tests ended; `broken`: no test ran at all, so the run says nothing. */
export type RunResult = 'passed' | 'failed' | 'timeout' | 'broken';

/** What the tests said of a mutant; only `killed` is good. */
export type Fate = 'killed' | 'survived' | 'broken' | 'misplaced';

/** What a copy of the house needs for its tests to run. */
const copied = [
  ...['shared', 'hardware', 'device', 'server', 'scripts', 'test', 'dist', '.ci'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'vitest.config.ts', 'biome.json'],
];

/**
 * A copy of the repository in a temporary folder, in which one line at a time is changed: the tree that
 * somebody works in is never touched.
 */
export class Workshop {
  readonly #folder: string;
  #running: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(root: string): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), 'varco-mutants-'));
    for (const name of copied) {
      await cp(join(root, name), join(folder, name), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    return new Workshop(folder);
  }

  async close(): Promise<void> {
    this.#running?.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs a mutant's tests with its line changed, and changes it back. */
  async try({ file, find, replace, tests }: Mutant): Promise<Fate> {
    const path = join(this.#folder, file);
    const before = await readFile(path, 'utf8').catch(() => '');
    if (before.split(find).length !== 2) {
      return 'misplaced';
    }
    await writeFile(
      path,
      before.replace(find, () => replace),
    );
    try {
      const result = await this.run(tests);
      return result === 'passed' ? 'survived' : result === 'broken' ? 'broken' : 'killed';
    } finally {
      await writeFile(path, before);
    }
  }

  async run(tests: readonly string[]): Promise<RunResult> {
    const report = join(this.#folder, 'report.json');
    await rm(report, { force: true });
    const vitest = join(this.#folder, 'node_modules/vitest/vitest.mjs');
    const words = ['run', '--reporter=json', `--outputFile=${report}`, ...tests];
    const child = spawn(process.execPath, [vitest, ...words], {
      cwd: this.#folder,
      stdio: 'ignore',
    });
    this.#running = child;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGTERM');
    }, RUN_MS_MAX);
    await new Promise((resolve) => child.once('exit', resolve));
    clearTimeout(timer);
    this.#running = undefined;
    return isLate ? 'timeout' : await readReport(report);
  }
}

async function readReport(path: string): Promise<RunResult> {
  try {
    const { numPassedTests, numFailedTests, success } = JSON.parse(await readFile(path, 'utf8'));
    // A file that can't even be imported fails without a test: that is a broken mutant, not a dead one.
    if (numFailedTests > 0) {
      return 'failed';
    }
    return success && numPassedTests > 0 ? 'passed' : 'broken';
  } catch {
    return 'broken';
  }
}
