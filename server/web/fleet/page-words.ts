import { pageLanguage } from '../page-language.ts';
import type { FleetWords } from './words/words.ts';

const loaded: { words: FleetWords } = await import(`./words/${pageLanguage()}.ts`);

/** In the browser: the dashboard's words, in the page's language alone. */
export const words = loaded.words;
