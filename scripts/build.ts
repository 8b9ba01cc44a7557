/**
 * Builds what Node and a browser run from what we write: the kiosk's page (dist/page), and the `varco`
 * command as plain JavaScript for a machine that has no TypeScript loader. Runs by itself after
 * `npm ci`; takes seconds, and nothing that it makes is committed.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Bundles one browser entry, minified, for the Chromium of a Raspberry Pi OS of today. */
async function bundleForBrowser(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'chrome110',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const [output] = result.outputFiles;
  if (!output) {
    throw new Error(`${entry} gave no bundle`);
  }
  return output.text;
}

async function buildPages(): Promise<void> {
  const page = join(dist, 'page');
  await mkdir(page, { recursive: true });
  await writeFile(join(page, 'page.js'), await bundleForBrowser('device/page/main.tsx'));
  await copyFile(join(root, 'device/page/page.css'), join(page, 'page.css'));
  await copyFile(join(root, 'device/page/index.html'), join(page, 'index.html'));
  await writeFile(join(page, 'tray.js'), await bundleForBrowser('scripts/demo/tray/main.tsx'));
  await copyFile(join(root, 'scripts/demo/tray/tray.css'), join(page, 'tray.css'));
}

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
await Promise.all([buildPages(), buildCommand()]);
