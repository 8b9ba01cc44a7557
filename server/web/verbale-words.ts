import { loadCatalogue } from '../../shared/catalogue.ts';
import type { VerbaleWords } from './words/words.ts';

/** What a verbale says, in the words of the pages, by language. */
export const verbaleWords = await loadCatalogue<VerbaleWords>(
  (language) => import(`./words/${language}.ts`),
);
