import type { Language } from '../../../shared/language.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { sl } from './sl.ts';
import type { Texts } from './words.ts';

const all: Record<Language, Texts> = { it, en, de, fr, sl };

/** The words of a language. */
export function textsOf(language: Language): Texts {
  return all[language];
}
