import { loadCatalogue } from '../../shared/catalogue.ts';
import type { MessageWords } from './words/words.ts';

/** Every message, by language. */
export const messageWords = await loadCatalogue<MessageWords>(
  (language) => import(`./words/${language}.ts`),
);
