import {
  accompagnamentoGiudizi,
  type FiscalBenefit,
  type Giudizio,
  negativeGiudizi,
} from './verbale.ts';

/** What a verbale states and rights follow from; any status in force has these fields. */
export interface Judgement {
  giudizio: Giudizio;
  percentage?: number | undefined;
  fiscalBenefits: readonly FiscalBenefit[];
}

/**
 * What follows from a judgement. Nothing of it is stored or imported, because a fact that is stated twice
 * can contradict itself. Age is not in it: a rule that depends on it asks for the age on a day.
 */
export interface Entailment {
  /** The condition is attested at all: the first level's yes or no. */
  recognised: boolean;
  /** *Indennità di accompagnamento*: L. 18/1980; L. 508/1988; for blindness L. 406/1968. */
  accompagnamento: boolean;
  /** *Indennità di comunicazione* of deaf and deafblind people: L. 508/1988 art. 4. */
  comunicazione: boolean;
  /** *Indennità di frequenza*: L. 289/1990 art. 1. */
  frequenza: boolean;
  /** Judged as a minor; stays so after the eighteenth birthday until a new verbale (L. 114/2014 art. 25). */
  judgedAsMinor: boolean;
  /** Judged as an elder, by what age makes difficult instead of by work: D.Lgs. 509/1988 art. 6. */
  judgedAsElder: boolean;
  /** Cannot walk unaided, or the verbale's own mark of severe walking limits (L. 388/2000 art. 30 c. 7). */
  severeWalkingLimits: boolean;
  /** Medium or severe disability, or not self-sufficient: DPCM 159/2013 annex 3. Entitles to the card. */
  disabilityCard: boolean;
  /** Needs to be accompanied: the card's "A" (DPCM 6 November 2020). */
  companion: boolean;
}

const comunicazione: ReadonlySet<Giudizio> = new Set(['sordo', 'sordocieco']);
const minors: ReadonlySet<Giudizio> = new Set(['minoreDifficolta', 'minoreAccompagnamento']);
const elders: ReadonlySet<Giudizio> = new Set([
  'anziano34a66',
  'anziano67a99',
  'anziano100',
  'anzianoAccompagnamento',
]);
const disabilityCard: ReadonlySet<Giudizio> = new Set([
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
  'ipovedenteGrave',
  'sordo',
  'sordocieco',
  'handicapGrave',
]);
const companions: ReadonlySet<Giudizio> = new Set([
  ...accompagnamentoGiudizi,
  'sordocieco',
  'handicapGrave',
]);

/**
 * The rights that follow from one judgement: the only place that says so, for gates, lists, cards, pages
 * and papers alike. Pure.
 *
 * @example entails({ giudizio: 'ciecoAssoluto', fiscalBenefits: [] }).accompagnamento // true
 */
export function entails({ giudizio, fiscalBenefits }: Judgement): Entailment {
  return {
    recognised: !negativeGiudizi.has(giudizio),
    accompagnamento: accompagnamentoGiudizi.has(giudizio),
    comunicazione: comunicazione.has(giudizio),
    frequenza: giudizio === 'minoreDifficolta',
    judgedAsMinor: minors.has(giudizio),
    judgedAsElder: elders.has(giudizio),
    severeWalkingLimits:
      giudizio === 'totaleNonDeambula' || fiscalBenefits.includes('veicoliSenzaAdattamento'),
    disabilityCard: disabilityCard.has(giudizio),
    companion: companions.has(giudizio),
  };
}
