import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { AlertWords } from './words/words.ts';

/** What is said of alerts, by language. */
export const alertWords = await loadCatalogue<AlertWords>(
  (language) => import(`./words/${language}.ts`),
);
