import { loadCatalogue } from '../../../shared/catalogue.ts';
import type { FleetWords } from './words/words.ts';

/** What the dashboard says, by language. */
export const fleetWords = await loadCatalogue<FleetWords>(
  (language) => import(`./words/${language}.ts`),
);
