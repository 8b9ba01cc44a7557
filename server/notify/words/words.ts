import type { Language } from '../../../shared/language.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { sl } from './sl.ts';
import type { Words } from './wording.ts';

/** Every message in every language. */
export const words: Record<Language, Words> = { it, en, de, fr, sl };
