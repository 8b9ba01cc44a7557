/** Processes under measurement: built as production is, heard until they end. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));

/**
 * Programs as plain JavaScript, as a machine in production runs them: the loader of `npm run bench` gives
 * each closure a name of its own, at several times the closure's size.
 */
export class PlainPrograms {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param sources files of TypeScript. */
  static async build(sources: readonly string[]): Promise<PlainPrograms> {
    await mkdir(dist, { recursive: true });
    const folder = await mkdtemp(join(dist, 'bench-'));
    await build({
      entryPoints: [...sources],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
    });
    return new PlainPrograms(folder);
  }

  /** Where the program of a source is. */
  path(source: string): string {
    return join(this.#folder, `${basename(source, '.ts')}.mjs`);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The next message of a process; one that ends instead is an error. */
export async function heard<Told>(child: ChildProcess): Promise<Told> {
  const over = new AbortController();
  const ended = once(child, 'exit', over).then(([code]) => {
    throw new Error(`A process of the bench ended (${code})`);
  });
  const message = once(child, 'message', over).then(([told]) => told as Told);
  try {
    return await Promise.race([message, ended]);
  } finally {
    over.abort();
    for (const other of [message, ended]) {
      other.catch(() => {});
    }
  }
}
