import { keysOf } from '../../shared/keys-of.ts';

/**
 * The purposes for which an operator may use the second level, a closed list, each with the law that
 * entitles the office to ask. The name goes into the audit and the citizen's list "who checked me".
 */
export const purposes = {
  'contrassegno-parcheggio': 'DPR 495/1992 art. 381',
  'agevolazioni-veicoli': 'L. 449/1997 art. 8; L. 388/2000 art. 30 c. 7',
  'agevolazioni-trasporto': 'L. 104/1992 art. 26',
  'collocamento-mirato': 'L. 68/1999 artt. 1 e 8',
  'permessi-lavorativi': 'L. 104/1992 art. 33',
  'protesi-ausili': 'DPCM 12 gennaio 2017 art. 18',
  'esenzione-ticket': 'DM 1 febbraio 1991 art. 6',
  'inclusione-scolastica': 'L. 104/1992 art. 12; D.Lgs. 66/2017',
  'tributi-locali': 'DL 5/2012 art. 4',
} as const;
export type Purpose = keyof typeof purposes;

export const purposeNames = keysOf(purposes);
