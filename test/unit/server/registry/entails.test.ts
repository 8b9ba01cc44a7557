import { describe, expect, test } from 'vitest';
import { type Entailment, entails } from '../../../../server/registry/entails.ts';
import { type Giudizio, giudizioNames } from '../../../../server/registry/verbale.ts';

/** The classes from which each right follows, from the law and not from the code. */
const truth: Record<keyof Entailment, readonly Giudizio[]> = {
  recognised: giudizioNames.filter((name) => !/^non[A-Z]/.test(name)),
  accompagnamento: [
    'totaleNonDeambula',
    'totaleNonAutosufficiente',
    'minoreAccompagnamento',
    'anzianoAccompagnamento',
    'ciecoAssoluto',
  ],
  comunicazione: ['sordo', 'sordocieco'],
  frequenza: ['minoreDifficolta'],
  judgedAsMinor: ['minoreDifficolta', 'minoreAccompagnamento'],
  judgedAsElder: ['anziano34a66', 'anziano67a99', 'anziano100', 'anzianoAccompagnamento'],
  severeWalkingLimits: ['totaleNonDeambula'],
  disabilityCard: giudizioNames.filter(
    (name) =>
      !/^non[A-Z]/.test(name) &&
      !['oltreUnTerzo', 'anziano34a66', 'disabile', 'handicap', 'handicapArt21'].includes(name),
  ),
  companion: [
    'totaleNonDeambula',
    'totaleNonAutosufficiente',
    'minoreAccompagnamento',
    'anzianoAccompagnamento',
    'ciecoAssoluto',
    'sordocieco',
    'handicapGrave',
  ],
};

describe('what a judgement entails', () => {
  test.each(Object.entries(truth))('%s follows from these classes alone', (right, classes) => {
    const found = giudizioNames.filter(
      (giudizio) =>
        new Map(Object.entries(entails({ giudizio, fiscalBenefits: [] }))).get(right) === true,
    );
    expect(found.sort()).toEqual([...classes].sort());
  });

  test('the verbale’s own mark of severe walking limits counts for any class', () => {
    const marked = entails({ giudizio: 'handicap', fiscalBenefits: ['veicoliSenzaAdattamento'] });
    expect(marked.severeWalkingLimits).toBe(true);
    expect(marked.accompagnamento).toBe(false);
  });
});
