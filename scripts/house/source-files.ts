import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders at the top that hold our own code; tests are no rooms. */
export const tops = ['shared', 'hardware', 'device', 'server', 'scripts'] as const;

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  path: string;
  text: string;
}

/**
 * Every TypeScript file of ours below `root`, in the order of their paths. What a program generated is
 * left out: nobody reads it.
 */
export function sourceFiles(root: string): SourceFile[] {
  return tops
    .filter((top) => existsSync(join(root, top)))
    .flatMap((top) =>
      readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((path) =>
        join(top, path).replaceAll('\\', '/'),
      ),
    )
    .filter((path) => /\.tsx?$/.test(path) && !/\.generated\.ts$/.test(path))
    .filter((path) => !path.includes('node_modules/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
