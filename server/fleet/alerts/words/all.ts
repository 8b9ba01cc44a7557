import type { Language } from '../../../../shared/language.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { sl } from './sl.ts';
import type { AlertWords } from './words.ts';

export const alertWords: Record<Language, AlertWords> = { it, en, de, fr, sl };
