import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { LoginWords } from './words/words.ts';

/** What the pages of the logins say, by language. */
export const loginWords = await loadCatalogue<LoginWords>(
  (language) => import(`./words/${language}.ts`),
);
