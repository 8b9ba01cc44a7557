import { loadCatalogue } from '../../shared/catalogue.ts';
import type { DocumentWords } from './words/words.ts';

/** The words of the printed documents, by language. */
export const documentWords = await loadCatalogue<DocumentWords>(
  (language) => import(`./words/${language}.ts`),
);
