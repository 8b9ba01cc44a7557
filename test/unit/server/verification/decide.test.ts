import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate, explain } from '../../../../server/policies/evaluate.ts';
import { shippedPolicies } from '../../../../server/policies/policies.ts';
import type { Status } from '../../../../server/registry/person-status.ts';
import { statusOn } from '../../../../server/registry/person-status.ts';
import { type Giudizio, giudizi, type Verbale } from '../../../../server/registry/verbale.ts';
import { decide, type Facts, toRuleFacts } from '../../../../server/verification/decide.ts';
import { type Policy, policySchema, type Rule } from '../../../../shared/policy.ts';
import type { Verdict } from '../../../../shared/verdict.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const policies = new Map(shippedPolicies().map((policy) => [policy.id, policy]));

function holds(...held: [Giudizio, Partial<Verbale>?][]): Facts & { kind: 'known' } {
  const verbali = held.map(([giudizio, more], index): Verbale => {
    const { area, range } = giudizi[giudizio];
    return {
      protocol: `P${index}`,
      kind: 'primaIstanza',
      area,
      giudizio,
      ...(range ? { percentage: range[0] } : {}),
      fiscalBenefits: [],
      state: 'definitive',
      definitiveOn: '2015-01-01',
      ...more,
    };
  });
  return { kind: 'known', status: statusOn(verbali, '2026-11-22'), cardValid: false };
}

/** Judged as a minor long ago, and 21 years old now. */
const grown = (...held: [Giudizio][]): Facts => ({ ...holds(...held), birthDate: '2005-01-01' });
/** The areas that most rules ask about have all spoken. */
const spoken = (...held: [Giudizio][]): Facts => holds(...held, ['nonCieco'], ['nonSordo']);

const yes = { outcome: 'granted', companion: false } as const;
const both = { outcome: 'granted', companion: true } as const;
const no = { outcome: 'denied', reason: 'notCovered' } as const;
const more = { outcome: 'unconfirmed', reason: 'notCoveredByArchive' } as const;
const paper = { outcome: 'unconfirmed', reason: 'notInArchive' } as const;
const nobody: Facts = { kind: 'known', status: {}, cardValid: false };
const card: Facts = { kind: 'known', status: {}, cardValid: true };

const rows: [string, string, Facts, Verdict][] = [
  ['musei-statali', 'any attested status', holds(['handicap']), both],
  ['musei-statali', '34 %', holds(['oltreUnTerzo']), both],
  ['musei-statali', 'a card that is valid', card, both],
  ['musei-statali', 'nothing in the archive', nobody, paper],
  ['musei-statali', 'judged, and not recognised', holds(['nonInvalido']), more],
  ['musei-statali', 'not invalid, and deaf', holds(['nonInvalido'], ['sordo']), both],
  ['disability-card', 'a card', card, yes],
  ['disability-card', 'a card with an A', { ...card, cardCompanion: true } as Facts, both],
  ['disability-card', 'a status code alone', holds(['totale']), paper],
  ['trasporto-piemonte', 'a card shows no judgement', card, paper],
  ['trasporto-piemonte', '1/10 of sight', holds(['ipovedenteGrave']), yes],
  ['trasporto-trento', '1/10 of sight', holds(['ipovedenteGrave']), both],
  ['trasporto-piemonte', 'a minor who is one no more', grown(['minoreDifficolta']), more],
  ['trasporto-piemonte', 'accompagnamento stays', grown(['minoreAccompagnamento']), both],
  ['trasporto-veneto', 'accompagnamento of who was a minor', grown(['minoreAccompagnamento']), yes],
  ['trasporto-veneto', 'a minor without a birth date', holds(['minoreDifficolta']), more],
  ['carta-blu', 'accompagnamento of the blind', holds(['ciecoAssoluto']), both],
  ['contrassegno-parcheggio', 'cannot walk', holds(['totaleNonDeambula']), yes],
  ['contrassegno-parcheggio', 'blind', holds(['ciecoParziale']), yes],
  [
    'contrassegno-parcheggio',
    'the verbale says so',
    holds(['da74a99', { fiscalBenefits: ['contrassegnoParcheggio'] }]),
    yes,
  ],
  ['contrassegno-parcheggio', '74 % alone', holds(['da74a99']), more],
  ['trasporto-trento', '73 %, and nothing else', spoken(['oltreDueTerzi']), no],
  ['trasporto-trento', '74 %', holds(['da74a99']), yes],
  ['trasporto-veneto', '67 %', holds(['oltreDueTerzi']), yes],
  [
    'musei-statali',
    'upstream is down',
    { kind: 'unavailable' },
    { outcome: 'unconfirmed', reason: 'unavailable' },
  ],
];

test.each(rows)('%s: %s', (id, _who, facts, expected) => {
  expect(decide(facts, policies.get(id) as Policy, NOW)).toEqual(expected);
});

test('every shipped policy has a row that says yes and names its law', () => {
  for (const { id, legalReference } of policies.values()) {
    const granted = rows.some(([of, , , { outcome }]) => of === id && outcome === 'granted');
    expect([id, granted]).toEqual([id, true]);
    expect(legalReference).not.toBe('');
  }
});

describe('terms', () => {
  const minor = (birthDate?: string): Facts & { kind: 'known' } => ({
    kind: 'known',
    status: {},
    cardValid: false,
    ...(birthDate ? { birthDate } : {}),
  });
  test.each<[Rule, Facts & { kind: 'known' }, string]>([
    [{ minor: true }, minor('2008-11-23'), 'yes'],
    [{ minor: true }, minor('2008-11-22'), 'no'],
    [{ minor: true }, minor(), 'unknown'],
    [{ not: { minor: true } }, minor('2000-01-01'), 'yes'],
    [{ not: { area: 'sordita' } }, minor(), 'unknown'],
    [{ all: [{ area: 'handicap' }, { area: 'sordita' }] }, holds(['handicap']), 'unknown'],
    [{ all: [{ area: 'handicap' }, { percentageAtLeast: 90 }] }, holds(['totale']), 'unknown'],
    [{ all: [{ area: 'sordita' }, { percentageAtLeast: 90 }] }, holds(['da74a99']), 'no'],
    [{ any: [{ area: 'sordita' }, { percentageAtLeast: 90 }] }, holds(['da74a99']), 'unknown'],
    [{ any: [{ area: 'sordita' }, { percentageAtLeast: 70 }] }, holds(['da74a99']), 'yes'],
    [{ giudizioIn: ['sordo', 'totale'] }, holds(['da74a99']), 'unknown'],
    [{ giudizioIn: ['sordo', 'totale'] }, holds(['da74a99'], ['nonSordo']), 'no'],
    [{ fiscalBenefit: 'ipovedenti', area: 'cecitaCivile' }, holds(['totale']), 'unknown'],
    [{ fiscalBenefit: 'ipovedenti', area: 'cecitaCivile' }, holds(['ciecoParziale']), 'no'],
    [{ fiscalBenefit: 'ipovedenti' }, holds(['ciecoParziale']), 'unknown'],
    [{ entails: 'comunicazione' }, holds(['sordo']), 'yes'],
    [{ entails: 'noSuchRight' }, holds(['sordo']), 'unknown'],
    [{ area: 'noSuchArea' }, holds(['totale']), 'unknown'],
    [{ giudizioIn: ['noSuchClass'] }, holds(['totale']), 'unknown'],
    [{ ageAtLeast: 18 }, minor('2008-11-22'), 'yes'],
    [{ ageAtLeast: 18 }, minor('2008-11-23'), 'no'],
    [{ ageBelow: 18 }, minor(), 'unknown'],
    [{ cardValid: true }, holds(['totale']), 'unknown'],
  ])('%j', (rule, facts, expected) => {
    expect(evaluate(rule, toRuleFacts(facts, NOW))).toBe(expected);
  });

  test.each([
    ['2008-11-22', '2026-11-21T22:59:59.999Z', 'yes'],
    ['2008-11-22', '2026-11-21T23:00:00.000Z', 'no'],
    ['2008-12-01', '2026-11-30T22:59:59.999Z', 'yes'],
    ['2008-02-29', '2026-02-28T22:59:59.999Z', 'yes'],
    ['2008-02-29', '2026-02-28T23:00:00.000Z', 'no'],
    ['2010-02-28', '2028-02-27T22:59:59.999Z', 'yes'],
    ['2010-02-28', '2028-02-27T23:00:00.000Z', 'no'],
  ])('born on %s, at %s: a minor, %s', (birthDate, at, expected) => {
    const facts = toRuleFacts(minor(birthDate), new Date(at));
    expect(evaluate({ minor: true }, facts)).toBe(expected);
  });

  test('explain keeps what each part said', () => {
    const facts = holds(['totale']);
    const rule = { any: [{ area: 'sordita' }, { not: { percentageAtLeast: 100 } }] };
    expect(explain(rule, toRuleFacts(facts, NOW))).toEqual({
      term: 'any',
      answer: 'unknown',
      parts: [
        { term: '{"area":"sordita"}', answer: 'unknown', parts: [] },
        {
          term: 'not',
          answer: 'no',
          parts: [{ term: '{"percentageAtLeast":100}', answer: 'yes', parts: [] }],
        },
      ],
    });
  });
});

test.each([
  [{ any: [] }],
  [{ percentageAtLeast: 0 }],
  [{ percentageAtLeast: 101 }],
  [{ eval: 'true' }],
  [{ area: 'sordita', minor: true }],
])('a rule that is none: %j', (rule) => {
  const policy = { ...(policies.get('carta-blu') as Policy), rule };
  expect(policySchema.safeParse(policy).success).toBe(false);
});

test('the verdict never holds the percentage', () => {
  const verdict = decide(holds(['da74a99']), policies.get('trasporto-trento') as Policy, NOW);
  expect(Object.keys(verdict)).toEqual(['outcome', 'companion']);
  expect({} satisfies Status).toEqual({});
});

test('the verdict is always the one that is explained, whatever the rule', () => {
  const term: fc.Arbitrary<Rule> = fc.oneof(
    fc.constantFrom<Rule>({ area: 'handicap' }, { area: 'sordita' }, { minor: true }),
    fc.constantFrom<Rule>({ accompagnamento: true }, { cardValid: true }, { cardCompanion: true }),
    fc.integer({ min: 1, max: 100 }).map((percentageAtLeast) => ({ percentageAtLeast })),
  );
  const { rule } = fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      term,
      fc.record({ not: tie('rule') }),
      fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 4 }) }),
      fc.record({ all: fc.array(tie('rule'), { minLength: 1, maxLength: 4 }) }),
    ),
  }));
  const people = fc.constantFrom(
    holds(['totale']),
    holds(['handicap']),
    holds(['nonInvalido'], ['sordo']),
    { ...holds(['da74a99']), birthDate: '2015-01-01' },
    { ...(card as Facts & { kind: 'known' }), cardCompanion: true },
  );
  const outcomes = { yes: 'granted', no: 'denied', unknown: 'unconfirmed' } as const;
  fc.assert(
    fc.property(rule, people, (asked, facts) => {
      const policy = { ...(policies.get('musei-statali') as Policy), rule: asked };
      const { answer } = explain(asked, toRuleFacts(facts, NOW));
      expect(decide(facts, policy, NOW).outcome).toBe(outcomes[answer]);
    }),
  );
});
