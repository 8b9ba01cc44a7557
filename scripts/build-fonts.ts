import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/**
 * Copies the letters of the PDFs, with their licence, into `dist/fonts`: an installed server has no
 * Bootstrap Italia, only what the build took from it.
 */
export async function buildFonts(): Promise<void> {
  const target = join(root, 'dist/fonts');
  const source = 'bootstrap-italia/src/fonts/Titillium_Web/';
  await mkdir(target, { recursive: true });
  for (const [file, name] of [
    ['titillium-web-v10-latin-ext_latin-regular.ttf', 'titillium-web-regular.ttf'],
    ['titillium-web-v10-latin-ext_latin-600.ttf', 'titillium-web-600.ttf'],
    ['OFL.txt', 'OFL.txt'],
  ] as const) {
    await copyFile(resolve(`${source}${file}`), join(target, name));
  }
}
