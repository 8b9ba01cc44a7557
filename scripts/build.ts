/**
 * Builds what Node and a browser run from what we write: the kiosk's page (dist/page), the files of the
 * server's pages (dist/web), the letters of its PDFs (dist/fonts), and the `varco` command as plain
 * JavaScript for a machine that has no TypeScript loader. Runs by itself after `npm ci`; takes seconds, and
 * nothing that it makes is committed.
 */
import { execFile } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildFonts } from './build-fonts.ts';
import { buildPages } from './build-pages.ts';
import { buildWeb } from './build-web.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** One JavaScript file for each TypeScript file, in the same folders. */
async function buildCommand(): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const compiler = join(dirname(manifest), 'bin', 'tsc');
  await promisify(execFile)(process.execPath, [
    compiler,
    '--project',
    join(root, 'scripts/tsconfig.build.json'),
  ]);
  await chmod(join(dist, 'scripts/varco/main.js'), 0o755);
}

await rm(dist, { recursive: true, force: true });
await Promise.all([buildPages(), buildWeb(), buildFonts(), buildCommand()]);
