import { it } from './it.ts';
import type { PortalWords } from './words.ts';

export const fr: PortalWords = it;
