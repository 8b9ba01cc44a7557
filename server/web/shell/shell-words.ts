import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { ShellWords } from './words/words.ts';

/** What every page says around its own content, by language. */
export const shellWords = await loadCatalogue<ShellWords>(
  (language) => import(`./words/${language}.ts`),
);
