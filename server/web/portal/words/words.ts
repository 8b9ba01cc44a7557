import type { Language } from '../../../../shared/language.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { sl } from './sl.ts';

/** What the citizen portal says. */
export type PortalWords = typeof it;

export const portalWords: Readonly<Record<Language, PortalWords>> = { it, en, de, fr, sl };
