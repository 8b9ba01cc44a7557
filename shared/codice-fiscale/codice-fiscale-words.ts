import { loadCatalogue } from '../catalogue.ts';
import type { CodiceFiscaleWords } from './words/words.ts';

/** What is said of a codice fiscale, by language. */
export const codiceFiscaleWords = await loadCatalogue<CodiceFiscaleWords>(
  (language) => import(`./words/${language}.ts`),
);
