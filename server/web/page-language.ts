import { defaultLanguage, isLanguage, type Language } from '../../shared/language.ts';

/** In the browser: the page's language. An island loads the words of this one alone. */
export function pageLanguage(): Language {
  const { lang } = document.documentElement;
  return isLanguage(lang) ? lang : defaultLanguage;
}
