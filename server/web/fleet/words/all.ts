import type { Language } from '../../../../shared/language.ts';

import { en } from './en.ts';

import { it } from './it.ts';

import type { FleetWords } from './words.ts';

/** The dashboard's words by language. */
export const fleetWords: Record<Language, FleetWords> = { it, en, de: en, fr: en, sl: en };
