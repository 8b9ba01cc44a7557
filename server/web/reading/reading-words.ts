import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { ReadingWords } from './words/words.ts';

/** What the reading page says, by language. */
export const readingWords = await loadCatalogue<ReadingWords>(
  (language) => import(`./words/${language}.ts`),
);
