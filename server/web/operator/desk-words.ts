import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { DeskWords } from './words/words.ts';

/** What the desk says, by language. */
export const deskWords = await loadCatalogue<DeskWords>(
  (language) => import(`./words/${language}.ts`),
);
