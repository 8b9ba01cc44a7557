import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import type { WebAsset, WebManifest } from '../server/web/assets.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const compress = promisify(brotliCompress);

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  svg: 'image/svg+xml',
};
/** What Brotli makes no smaller. */
const packed = new Set(['woff2']);

/**
 * Every style sheet and island below `server/web`, with the name that pages call it by; what stands in
 * a folder `styles` is a part of such a sheet.
 */
async function findEntries(): Promise<Record<string, string>> {
  const folder = join(root, 'server/web');
  const files = await readdir(folder, { recursive: true });
  const entries: Record<string, string> = {
    'bootstrap-italia': 'bootstrap-italia/dist/css/bootstrap-italia.min.css',
  };
  for (const file of files.sort()) {
    if (/\.island\.tsx?$/.test(file)) {
      entries[basename(file).replace(/\.island\.tsx?$/, '')] = join(folder, file);
    } else if (file.endsWith('.css') && !file.includes('styles/')) {
      entries[basename(file, '.css')] = join(folder, file);
    }
  }
  return entries;
}

/** The video player's icons, inside the style sheet as a `data:` font: no page has one, no policy allows it. */
const withoutPlayer: Plugin = {
  name: 'without-player',
  setup(running) {
    running.onLoad({ filter: /bootstrap-italia\.min\.css$/ }, async ({ path }) => {
      const css = await readFile(path, 'utf8');
      return { contents: css.replace(/@font-face\{font-family:VideoJS[^}]*\}/, ''), loader: 'css' };
    });
  },
};

/** The server's pages' files: islands share what they have in common in files apart. */
export async function bundleWeb(): Promise<WebAsset[]> {
  const entries = await findEntries();
  const result = await build({
    entryPoints: Object.entries(entries).map(([out, input]) => ({ in: input, out })),
    bundle: true,
    splitting: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    target: ['chrome100', 'firefox100', 'safari15'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    absWorkingDir: root,
    outdir: join(root, 'dist/web/assets'),
    publicPath: '/assets',
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    plugins: [withoutPlayer],
    loader: { '.woff2': 'file', '.wasm': 'file', '.svg': 'file' },
  });
  const nameOf = new Map<string, string>();
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const file = basename(output);
    const kind = file.split('.').pop();
    // A script that imports a style sheet has two outputs: the script has the name. What is loaded
    // later (the words of a language) is a part without a name, although it is an entry to esbuild.
    if (entryPoint !== undefined && !file.startsWith('part-')) {
      const name = file.replace(/-[A-Z0-9]{8}\.\w+$/, '');
      nameOf.set(file, kind === 'css' ? `${name}.css` : name);
    }
  }
  return await Promise.all(
    result.outputFiles.map(async ({ path, contents }) => toAsset(path, contents, nameOf)),
  );
}

async function toAsset(
  path: string,
  contents: Uint8Array,
  nameOf: ReadonlyMap<string, string>,
): Promise<WebAsset> {
  const file = basename(path);
  const kind = file.split('.').pop() ?? '';
  const body = Buffer.from(contents);
  const smaller = packed.has(kind) ? undefined : await compress(body);
  return {
    name: nameOf.get(file) ?? file,
    path: `/assets/${relative(dirname(path), path)}`,
    type: types[kind] ?? 'application/octet-stream',
    body,
    compressed: smaller && smaller.length < body.length ? smaller : undefined,
  };
}

/** Writes the files with their manifest into `dist/web`. */
export async function buildWeb(): Promise<void> {
  const folder = join(root, 'dist/web');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'assets'), { recursive: true });
  const assets = await bundleWeb();
  const manifest: WebManifest = [];
  for (const { name, path, type, body, compressed } of assets) {
    await writeFile(join(folder, path), body);
    if (compressed) {
      await writeFile(join(folder, `${path}.br`), compressed);
    }
    manifest.push({ name, path, type, compressed: compressed !== undefined });
  }
  // Its terms go with what is copied from it; it is not served.
  const licence = createRequire(import.meta.url).resolve('bootstrap-italia/LICENSE');
  await copyFile(licence, join(folder, 'LICENSE.bootstrap-italia'));
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2));
}
