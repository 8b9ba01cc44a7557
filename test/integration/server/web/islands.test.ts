import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import type { WebAsset } from '../../../../server/web/assets.ts';
import { type Language, languages } from '../../../../shared/language.ts';
import { webAssets } from '../../../support/web-assets.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const PAGE_SCRIPT = /\.js$/;

let scripts: WebAsset[];
/** Texts that a bundle has letter by letter, by language; of no other language, and long enough. */
const texts = new Map<Language, string[]>();

/** The plain texts in a language's words. */
function textsIn(words: unknown): string[] {
  if (typeof words === 'string') {
    return /^[\x20-\x7e]{20,}$/.test(words) && !/["'`\\]/.test(words) ? [words] : [];
  }
  return typeof words === 'object' && words !== null ? Object.values(words).flatMap(textsIn) : [];
}

/** The languages of which a script has texts. */
function languagesIn(script: WebAsset): Language[] {
  const source = script.body.toString();
  return languages.filter((language) => texts.get(language)?.some((text) => source.includes(text)));
}

beforeAll(async () => {
  const folders = ['server', 'shared'].flatMap((room) =>
    readdirSync(`${root}${room}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('words/words.ts'))
      .map((file) => `${root}${room}/${file.replace(/\/words\.ts$/, '')}`),
  );
  const found = await Promise.all(
    languages.map(async (language) => {
      const modules = await Promise.all(
        folders.map((folder): Promise<{ words: unknown }> => import(`${folder}/${language}.ts`)),
      );
      return modules.flatMap(({ words }) => textsIn(words));
    }),
  );
  for (const [index, language] of languages.entries()) {
    const others = new Set(found.filter((_, other) => other !== index).flat());
    texts.set(
      language,
      (found[index] ?? []).filter((text) => !others.has(text)),
    );
  }
  scripts = (await webAssets()).filter(({ path }) => PAGE_SCRIPT.test(path));
});

test('there are texts of every language to look for', () => {
  for (const language of languages) {
    expect(texts.get(language)?.length, language).toBeGreaterThan(20);
  }
});

test('no script of a page has texts of more than one language', () => {
  const mixed = scripts.filter((script) => languagesIn(script).length > 1);
  expect(mixed.map(({ name }) => name)).toEqual([]);
});

test('what a page loads at once has no words: those of its language follow', () => {
  const named = scripts.filter(({ name }) => !name.startsWith('part-'));
  expect(named.map(({ name }) => name)).toContain('fleet-table');
  const atOnce = new Set(named);
  for (const script of atOnce) {
    const imports = script.body.toString().matchAll(/(?:from|import)"[^"]*?([\w-]+\.js)"/g);
    for (const [, file] of imports) {
      const part = scripts.find(({ path }) => path.endsWith(`/${file}`));
      if (part) {
        atOnce.add(part);
      }
    }
  }
  expect(atOnce.size).toBeGreaterThan(named.length);
  expect([...atOnce].filter((script) => languagesIn(script).length > 0)).toEqual([]);
});

test('no island imports a whole catalogue, with all its languages', async () => {
  const folder = `${root}server/web`;
  const islands = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.island\.tsx?$/.test(file),
  );
  const { metafile } = await build({
    entryPoints: islands.map((file) => `${folder}/${file}`),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    metafile: true,
    write: false,
    format: 'esm',
    outdir: 'unwritten',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'empty', '.wasm': 'empty' },
  });
  expect(Object.keys(metafile.inputs)).toContain('server/web/fleet/words/it.ts');
  expect(Object.keys(metafile.inputs)).not.toContain('shared/catalogue.ts');
});

test('the words of every language can be loaded', () => {
  const loaded = scripts.flatMap(languagesIn);
  expect([...new Set(loaded)].sort()).toEqual([...languages].sort());
});
