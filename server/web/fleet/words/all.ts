import type { Language } from '../../../../shared/language.ts';

import { de } from './de.ts';
import { en } from './en.ts';

import { fr } from './fr.ts';
import { it } from './it.ts';

import { sl } from './sl.ts';
import type { FleetWords } from './words.ts';

/** The dashboard's words by language. */
export const fleetWords: Record<Language, FleetWords> = { it, en, de, fr, sl };
