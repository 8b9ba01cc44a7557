import type { Status } from '../registry/person-status.ts';
import type { Giudizio } from '../registry/verbale.ts';

/**
 * The classes that entitle to the European Disability Card: medium or severe disability, or not
 * self-sufficient (DPCM 159/2013 annex 3; DPCM 6 November 2020 art. 1). Holders of L. 104/1992 art. 3
 * c. 3 are severe.
 */
const cardGiudizi: ReadonlySet<Giudizio> = new Set([
  'oltreDueTerzi',
  'da74a99',
  'totale',
  'totaleNonDeambula',
  'totaleNonAutosufficiente',
  'minoreDifficolta',
  'minoreAccompagnamento',
  'anziano67a99',
  'anziano100',
  'anzianoAccompagnamento',
  'ciecoAssoluto',
  'ciecoParziale',
  'sordo',
  'sordocieco',
  'handicapGrave',
]);

/** Whether this status entitles its person to the card. */
export function isEntitledToCard(status: Status): boolean {
  return Object.values(status).some(({ giudizio }) => cardGiudizi.has(giudizio));
}

/** The classes of people who need to be accompanied: their card has an "A" (DPCM 6 November 2020). */
const accompaniedGiudizi: ReadonlySet<Giudizio> = new Set([
  'totaleNonDeambula',
  'totaleNonAutosufficiente',
  'minoreAccompagnamento',
  'anzianoAccompagnamento',
  'ciecoAssoluto',
  'sordocieco',
  'handicapGrave',
]);

/** Whether a card issued on this status carries the companion's mark. */
export function needsCompanion(status: Status): boolean {
  return Object.values(status).some(
    ({ giudizio, accompagnamento }) => accompagnamento || accompaniedGiudizi.has(giudizio),
  );
}
