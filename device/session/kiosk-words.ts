import { loadCatalogue } from '../../shared/catalogue.ts';
import type { KioskWords } from './words/words.ts';

/** What the kiosk says, by language. */
export const kioskWords = await loadCatalogue<KioskWords>(
  (language) => import(`./words/${language}.ts`),
);
