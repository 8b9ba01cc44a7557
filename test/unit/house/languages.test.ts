import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { shippedEdition } from '../../../server/portal/entitlements.ts';
import { type Language, languages } from '../../../shared/language.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const rooms = ['device', 'server', 'shared', 'hardware', 'scripts'];
const files = rooms.flatMap((room) =>
  readdirSync(`${root}${room}`, { recursive: true, encoding: 'utf8' }).map(
    (file) => `${room}/${file.replaceAll('\\', '/')}`,
  ),
);

/** Every folder of a catalogue, with the names of its files. */
const catalogues = new Map<string, string[]>();
for (const path of files) {
  const [, folder, file] = /^(.*\/words)\/([^/]+\.ts)$/.exec(path) ?? [];
  if (folder && file) {
    catalogues.set(folder, [...(catalogues.get(folder) ?? []), file]);
  }
}

/** What a catalogue's folder lacks or has beside its type and one module a language. */
function faultsOf(names: readonly string[], spoken: readonly string[]): string[] {
  const wanted = ['words', ...spoken].map((name) => `${name}.ts`);
  return [
    ...wanted.filter((name) => !names.includes(name)).map((name) => `lacks ${name}`),
    ...names.filter((name) => !wanted.includes(name)).map((name) => `has ${name}`),
  ];
}

/** The languages that a source names, as strings or as keys. */
function namedIn(source: string): Set<string> {
  const named = source.matchAll(/(['"`])(it|en|de|fr|sl)\1|(?<=[{,\s])(it|en|de|fr|sl):\s/g);
  return new Set([...named].map(([, , text, key]) => text ?? key ?? ''));
}

/** The paths of all texts and functions in a language's words; a list is as long as it needs to be. */
function pathsIn(words: unknown, path = ''): string[] {
  if (typeof words !== 'object' || words === null || Array.isArray(words)) {
    return [path];
  }
  return Object.entries(words).flatMap(([key, value]) => pathsIn(value, `${path}.${key}`));
}

describe('the catalogues', () => {
  test('are those that we know of', () => {
    expect(catalogues.size).toBeGreaterThanOrEqual(13);
  });

  test.each([...catalogues])('%s has its type and a module a language', (_folder, names) => {
    expect(faultsOf(names, languages)).toEqual([]);
  });

  test('a language without its module would be seen, and so would a stray file', () => {
    const names = ['words.ts', 'it.ts', 'en.ts', 'stray.ts'];
    expect(faultsOf(names, ['it', 'en', 'es'])).toEqual(['lacks es.ts', 'has stray.ts']);
  });

  test.each([...catalogues.keys()])('%s says the same things in every language', async (folder) => {
    const pathsOf = async (language: Language) => {
      const loaded: { words: unknown } = await import(`${root}${folder}/${language}.ts`);
      return pathsIn(loaded.words).sort();
    };
    const [first, ...others] = await Promise.all(languages.map(pathsOf));
    expect(first?.length).toBeGreaterThan(0);
    for (const other of others) {
      expect(other).toEqual(first);
    }
  });

  test('the entitlements have every language too', () => {
    for (const { id, words } of shippedEdition().entitlements) {
      expect(Object.keys(words).sort(), id).toEqual([...languages].sort());
    }
  });
});

describe('the list of languages', () => {
  test('is the only place that enumerates them', () => {
    const others = files.filter(
      (path) =>
        /\.(tsx?|html|css)$/.test(path) &&
        !path.includes('/words/') &&
        path !== 'shared/language.ts' &&
        namedIn(readFileSync(`${root}${path}`, 'utf8')).size >= 3,
    );
    expect(others).toEqual([]);
  });

  test.each([
    ["z.enum(['it', 'en', 'de', 'fr', 'sl'])", 5],
    ["const voices = { it: 'it', en: 'en-gb', de: 'de' };", 3],
    ["language === 'it' ? italian : other", 1],
  ])('%s names so many', (source, count) => {
    expect(namedIn(source).size).toBe(count);
  });
});
