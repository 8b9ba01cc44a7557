import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

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

/** Builds the kiosk's page and the demo's tray into `dist/page`. */
export async function buildPages(): Promise<void> {
  const page = join(root, 'dist/page');
  await mkdir(page, { recursive: true });
  await writeFile(join(page, 'page.js'), await bundleForBrowser('device/page/main.tsx'));
  await copyFile(join(root, 'device/page/page.css'), join(page, 'page.css'));
  await copyFile(join(root, 'device/page/index.html'), join(page, 'index.html'));
  await writeFile(join(page, 'tray.js'), await bundleForBrowser('scripts/demo/tray/tray-page.tsx'));
  await copyFile(join(root, 'scripts/demo/tray/tray.css'), join(page, 'tray.css'));
}
