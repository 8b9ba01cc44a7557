import type { Rule } from '../../shared/policy.ts';

/**
 * The rules that every policy may name with `ref`: what several published lists of categories have in
 * common, written once. A policy's own `rules` win over them.
 */
export const namedRules: Readonly<Record<string, Rule>> = {
  /** Any status that the archive recognises. */
  statoRiconosciuto: {
    any: [
      { area: 'invaliditaCivile' },
      { area: 'cecitaCivile' },
      { area: 'sordita' },
      { area: 'disabilita' },
      { area: 'handicap' },
    ],
  },
  /** Who has the *indennità di accompagnamento* (L. 18/1980; L. 406/1968 for the blind). */
  accompagnamento: { entails: 'accompagnamento' },
  /** Who has the *indennità di comunicazione* (L. 508/1988 art. 4). */
  comunicazione: { entails: 'comunicazione' },
  /** Judged as a minor, and one still: the category ends on the eighteenth birthday. */
  minoreInvalido: { all: [{ entails: 'judgedAsMinor' }, { ageBelow: 18 }] },
  /** A permanent and total inability to work (L. 118/1971 art. 12), with or without accompagnamento. */
  invaliditaTotale: {
    giudizioIn: ['totale', 'totaleNonDeambula', 'totaleNonAutosufficiente'],
  },
  /** Between 18 and the age of retirement, 74 % or more. */
  invaliditaDa74: { any: [{ giudizioIn: ['da74a99'] }, { ref: 'invaliditaTotale' }] },
  /** Between 18 and the age of retirement, more than two thirds: 67 % or more. */
  invaliditaDa67: { any: [{ giudizioIn: ['oltreDueTerzi'] }, { ref: 'invaliditaDa74' }] },
  /** Elders (D.Lgs. 509/1988 art. 6) with 67 % or more. */
  anzianoDa67: { giudizioIn: ['anziano67a99', 'anziano100', 'anzianoAccompagnamento'] },
  /** Absolutely blind, or with a residual sight of 1/20 at most (L. 138/2001 arts. 2 and 3). */
  cieco: { giudizioIn: ['ciecoAssoluto', 'ciecoParziale'] },
  /** The blind, and who sees 1/10 at most (L. 138/2001 art. 4). */
  ciecoODecimista: { any: [{ ref: 'cieco' }, { giudizioIn: ['ipovedenteGrave'] }] },
  /** Deaf (L. 381/1970) or deafblind (L. 107/2010). */
  sordo: { giudizioIn: ['sordo', 'sordocieco'] },
};
