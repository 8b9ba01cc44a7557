import { describe, expect, test } from 'vitest';
import { checkPolicy } from '../../../../server/policies/check-policy.ts';
import { shippedPolicies } from '../../../../server/policies/policies.ts';

const good = {
  id: 'prova',
  title: 'Prova',
  authority: 'Comune',
  legalReference: 'Delibera 1/2026',
  sources: [{ title: 'Delibera 1/2026', checkedOn: '2026-11-30' }],
  validFrom: '2026-01-01',
  level: 1,
  rule: { any: [{ ref: 'cieco' }, { giudizioIn: ['totale'] }] },
};

const nested = (depth: number): object => {
  let rule: object = { area: 'handicap' };
  for (let level = 0; level < depth; level += 1) {
    rule = { not: rule };
  }
  return rule;
};
const laughs = Object.fromEntries(
  ['a', 'b', 'c'].map((name, index, all) => {
    const next = all[index + 1];
    const part = next ? { ref: next } : { area: 'handicap' };
    return [name, { any: Array.from({ length: 32 }, () => part) }];
  }),
);

describe('a policy at the door', () => {
  test.each<[string, object, string, string]>([
    [
      'a term that nobody knows',
      { rule: { any: [{ moon: 1 }] } },
      'ruleTermUnknown',
      'rule.any[0]',
    ],
    ['a term with one more field', { rule: { area: 'sordita', x: 1 } }, 'ruleTermUnknown', 'rule'],
    ['no term', { rule: {} }, 'ruleTermUnknown', 'rule'],
    ['no rule', { rule: undefined }, 'ruleTermUnknown', 'rule'],
    ['an area', { rule: { not: { area: 'udito' } } }, 'ruleAreaUnknown', 'rule.not.area'],
    [
      'a class',
      { companion: { giudizioIn: ['totale', 'invalido'] } },
      'ruleClassUnknown',
      'companion.giudizioIn[1]',
    ],
    [
      'a fiscal benefit',
      { rules: { mio: { fiscalBenefit: 'bollo' } } },
      'ruleBenefitUnknown',
      'rules.mio.fiscalBenefit',
    ],
    ['a right', { rule: { entails: 'pensione' } }, 'ruleRightUnknown', 'rule.entails'],
    ['a name', { rule: { ref: 'nessuno' } }, 'ruleRefUnknown', 'nessuno'],
    ['a name of Object', { rule: { ref: 'constructor' } }, 'ruleRefUnknown', 'constructor'],
    [
      'a circle, though nothing uses it',
      { rules: { a: { not: { ref: 'b' } }, b: { any: [{ ref: 'a' }] } } },
      'ruleRefCircle',
      'a → b → a',
    ],
    ['a name of itself', { rules: { cieco: { ref: 'cieco' } } }, 'ruleRefCircle', 'cieco → cieco'],
    [
      'an age that nobody has',
      { rule: { all: [{ ageAtLeast: 18 }, { all: [{ ageBelow: 18 }, { area: 'sordita' }] }] } },
      'ruleAgeEmpty',
      'rule',
    ],
    [
      'an age that nobody has, by a name',
      { companion: { all: [{ ref: 'minoreInvalido' }, { ageAtLeast: 65 }] } },
      'ruleAgeEmpty',
      'companion',
    ],
    ['an age below birth', { rule: { ageBelow: 0 } }, 'ruleAgeEmpty', 'rule.ageBelow'],
    ['depth', { rule: nested(20_000) }, 'ruleTooLarge', 'rule.not'],
    ['names of names without end', { rules: laughs, rule: { ref: 'a' } }, 'ruleTooLarge', '1000'],
    ['no source', { sources: [] }, 'policyInvalid', 'sources'],
    ['no day of the check', { sources: [{ title: 'x' }] }, 'policyInvalid', 'checkedOn'],
    ['an end before the start', { validTo: '2025-12-31' }, 'policyInvalid', 'validTo'],
    ['an id like a path', { id: '../x' }, 'policyInvalid', 'id'],
  ])('%s is refused, with its place', (_what, change, code, place) => {
    let refused: unknown;
    try {
      checkPolicy({ ...good, ...change });
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code, message: expect.stringContaining(place) });
  });

  test.each([undefined, null, 'policy', 7, []])('%j is none', (input) => {
    expect(() => checkPolicy(input)).toThrow(expect.objectContaining({ code: 'policyInvalid' }));
  });

  test('a good one gets the next version, and keeps its own', () => {
    expect(checkPolicy(good, 4).version).toBe(4);
    expect(checkPolicy({ ...good, version: 9 }, 4).version).toBe(9);
  });

  test('the shipped ones pass it', () => {
    for (const policy of shippedPolicies()) {
      expect(checkPolicy(policy)).toEqual(policy);
    }
  });
});
