import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { PortalWords } from './words/words.ts';

/** What the citizen portal says, by language. */
export const portalWords = await loadCatalogue<PortalWords>(
  (language) => import(`./words/${language}.ts`),
);
