import type { Language } from '../../../../shared/language.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { sl } from './sl.ts';

/** What every page says around its own content. */
export interface ShellWords {
  /** The language's own name. */
  name: string;
  skipToContent: string;
  chooseLanguage: string;
  /** Beside the product's name: what this service is. */
  tagline: string;
  mainNavigation: string;
  privacy: string;
  accessibility: string;
  usefulLinks: string;
  logout: string;
  /** Titles and texts of the pages that say what went wrong, by what it was. */
  problems: Record<ProblemName, { title: string; text: string }>;
}

export type ProblemName =
  | 'notFound'
  | 'badRequest'
  | 'forbidden'
  | 'tooLarge'
  | 'tooMany'
  | 'unavailable'
  | 'internal';

export const shellWords: Readonly<Record<Language, ShellWords>> = { it, en, de, fr, sl };
