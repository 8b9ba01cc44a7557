import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { StatementWords } from './words/words.ts';

/** The privacy notice and the accessibility statement, by language. */
export const statementWords = await loadCatalogue<StatementWords>(
  (language) => import(`./words/${language}.ts`),
);
