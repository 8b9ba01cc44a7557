/** The languages that varco speaks on its pages: Italian, English, German, French, Slovene. */
export const languages = ['it', 'en', 'de', 'fr', 'sl'] as const;
export type Language = (typeof languages)[number];

/** Whether a word names one of our languages. */
export function isLanguage(word: unknown): word is Language {
  return (languages as readonly unknown[]).includes(word);
}
