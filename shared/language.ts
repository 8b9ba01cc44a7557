/**
 * The languages that varco speaks, in the order in which they are offered; the first is the one of
 * who asks for none that we have. A new language is a line here and its catalogues (`words/CODE.ts`).
 */
const list = [
  { code: 'it', name: 'Italiano', locale: 'it-IT', voice: 'it' },
  { code: 'en', name: 'English', locale: 'en-GB', voice: 'en-gb' },
  { code: 'de', name: 'Deutsch', locale: 'de-DE', voice: 'de' },
  { code: 'fr', name: 'Français', locale: 'fr-FR', voice: 'fr-fr' },
  { code: 'sl', name: 'Slovenščina', locale: 'sl-SI', voice: 'sl' },
] as const;

/** An ISO 639-1 code. */
export type Language = (typeof list)[number]['code'];

export interface LanguageInfo {
  code: Language;
  /** The language's own name. */
  name: string;
  /** BCP 47: how days, times and amounts are written. */
  locale: string;
  /** What espeak-ng calls its voice. */
  voice: string;
}

export const languages: readonly Language[] = list.map(({ code }) => code);

export const defaultLanguage: Language = list[0].code;

/** Whether a value is the code of one of our languages. */
export function isLanguage(value: unknown): value is Language {
  return list.some(({ code }) => code === value);
}

export function infoOf(language: Language): LanguageInfo {
  return list.find(({ code }) => code === language) ?? list[0];
}
