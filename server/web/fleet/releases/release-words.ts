import { loadCatalogue } from '../../../../shared/catalogue.ts';
import type { ReleaseWords } from './words/words.ts';

/** The words of the pages of policies, by language. */
export const releaseWords = await loadCatalogue<ReleaseWords>(
  (language) => import(`./words/${language}.ts`),
);
