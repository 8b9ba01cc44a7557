/** The languages of every screen: Italian, English, German, French, Slovene. */
export const languages = ['it', 'en', 'de', 'fr', 'sl'] as const;
export type Language = (typeof languages)[number];

/** The language that the language key goes to; after the last comes the first. */
export function nextLanguage(language: Language): Language {
  const index = languages.indexOf(language);
  return languages[(index + 1) % languages.length] ?? 'it';
}
