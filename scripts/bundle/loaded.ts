import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a program may load in its life, lazily imported files and threads included; types are not loaded. */
export interface Loaded {
  /** Our files, from the root of the repository, sorted. */
  files: readonly string[];
  /** What they import from npm's packages, such as `zxing-wasm/reader`, sorted. */
  imports: readonly string[];
  /** Files of packages that they look up by name and read, such as `zxing-wasm/reader/zxing_reader.wasm`. */
  lookups: readonly string[];
}

/** A thread's entry is named by a URL that no bundler follows; an example in a comment names none. */
const WORKER = /['"`](\.{1,2}\/[\w./-]*\.worker)\b/g;
/** A file of a package may be found by name and read, not imported. */
const RESOLVED = /\bresolve\(\s*['"`]([@\w][^'"`]*)['"`]\s*\)/g;

/** Follows the real imports from one file of ours. */
export async function loadedBy(entry: string): Promise<Loaded> {
  const entries = new Set([entry]);
  for (;;) {
    const { inputs } = await graphOf([...entries]);
    const imported = new Set<string>();
    const lookups = new Set<string>();
    const known = entries.size;
    for (const [file, { imports }] of Object.entries(inputs)) {
      const text = await readFile(join(root, file), 'utf8');
      for (const [, found = ''] of text.matchAll(WORKER)) {
        const worker = `${join(dirname(file), found)}.ts`;
        if (existsSync(join(root, worker))) {
          entries.add(worker);
        }
      }
      for (const [, path = ''] of text.matchAll(RESOLVED)) {
        lookups.add(path);
      }
      for (const { path, external } of imports) {
        // Files of ours that are imported by a pattern, such as one language of several, are inputs too.
        if (external && !path.startsWith('node:') && !path.startsWith('.')) {
          imported.add(path);
        }
      }
    }
    if (entries.size === known) {
      return {
        files: Object.keys(inputs).sort(),
        imports: [...imported].sort(),
        lookups: [...lookups].sort(),
      };
    }
  }
}

/** `@scope/name/file` → `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * The packages to install for what is loaded. What is only looked up, such as the TypeScript loader, may be a
 * development tool that a built program never asks for; what is imported may not.
 *
 * @param dependencies of package.json, without those for development
 * @throws Error when an imported package is not among them.
 */
export function packagesOf(
  loaded: Loaded,
  dependencies: Readonly<Record<string, string>>,
): string[] {
  const imported = loaded.imports.map(packageOf);
  const missing = imported.filter((name) => !Object.hasOwn(dependencies, name));
  if (missing.length > 0) {
    throw new Error(`Imported, but no dependency: ${missing.join(', ')}`);
  }
  const read = loaded.lookups.map(packageOf).filter((name) => Object.hasOwn(dependencies, name));
  return [...new Set([...imported, ...read])].sort();
}

async function graphOf(entryPoints: string[]) {
  const { metafile } = await build({
    entryPoints,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'out',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'error',
  });
  return metafile;
}
