import { defaultLanguage, type Language, languages } from '../../shared/language.ts';

/** The language that the language key goes to; after the last comes the first. */
export function nextLanguage(language: Language): Language {
  const index = languages.indexOf(language);
  return languages[(index + 1) % languages.length] ?? defaultLanguage;
}
