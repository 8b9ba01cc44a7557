import { type Language, languages } from './language.ts';

/** The words of one part of the program in every language. */
export type Catalogue<Words> = Readonly<Record<Language, Words>>;

/**
 * Loads a catalogue: one module a language, each with its `words`. Which there are follows from the
 * list of languages alone, so that a new one needs no other line than there.
 *
 * @example
 * const deskWords = await loadCatalogue<DeskWords>((language) => import(`./words/${language}.ts`));
 */
export async function loadCatalogue<Words>(
  importWords: (language: Language) => Promise<{ words: Words }>,
): Promise<Catalogue<Words>> {
  const modules = await Promise.all(languages.map(importWords));
  const entries = modules.map(({ words }, index) => [languages[index], words]);
  return Object.fromEntries(entries);
}
