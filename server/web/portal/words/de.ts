import { it } from './it.ts';
import type { PortalWords } from './words.ts';

export const de: PortalWords = it;
