import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareProtocols,
  nextChange,
  type Status,
  statusOn,
} from '../../../../server/registry/person-status.ts';
import {
  type Area,
  areas,
  type Giudizio,
  giudizi,
  giudizioNames,
  type Verbale,
  verbaleKinds,
  verbaleSchema,
} from '../../../../server/registry/verbale.ts';

const TODAY = '2026-11-22';
let count = 0;

/** A definitive verbale of a class, at the lowest percentage that the class allows. */
function verbale(giudizio: Giudizio, definitiveOn: string, more: Partial<Verbale> = {}): Verbale {
  const { area, range } = giudizi[giudizio];
  count += 1;
  return {
    protocol: `P${String(count).padStart(6, '0')}`,
    kind: 'primaIstanza',
    area,
    giudizio,
    ...(range ? { percentage: range[0] } : {}),
    fiscalBenefits: [],
    state: 'definitive',
    definitiveOn,
    ...more,
  };
}

function draft(giudizio: Giudizio): Verbale {
  const { definitiveOn: _, ...rest } = verbale(giudizio, '2025-01-01', { state: 'draft' });
  return rest;
}

function autotutela(area: Area, definitiveOn: string, effect: Partial<Verbale>): Verbale {
  count += 1;
  return {
    protocol: `P${String(count).padStart(6, '0')}`,
    kind: 'autotutela',
    area,
    fiscalBenefits: [],
    state: 'definitive',
    definitiveOn,
    ...effect,
  };
}

/** `area: giudizio` of each area in force; a class that recognises nothing with a `!`. */
function brief(folded: Status): string[] {
  return Object.values(folded).map(
    ({ giudizio, recognised }) => giudizio + (recognised ? '' : '!'),
  );
}

const one = (giudizio: Giudizio): [string, Verbale[], string[]] => [
  `a single ${giudizio} is the status of its area (${giudizi[giudizio].law})`,
  [verbale(giudizio, '2015-03-01')],
  [giudizio + (giudizio.startsWith('non') ? '!' : '')],
];

/** A later one of each kind takes the place of the earlier one: domain §1, §3. */
const later = (
  kind: Verbale['kind'],
  from: Giudizio,
  to: Giudizio,
): [string, Verbale[], string[]] => [
  `${kind} from ${from} to ${to} takes its place (L. 80/2006; DL 78/2009 art. 20)`,
  [verbale(from, '2012-01-10'), verbale(to, '2018-06-01', { kind })],
  [to + (to.startsWith('non') ? '!' : '')],
];

const first = verbale('oltreDueTerzi', '2012-05-01');
const worse = verbale('totale', '2016-05-01', { kind: 'aggravamento' });
const annulWorse = autotutela('invaliditaCivile', '2017-01-01', { annuls: worse.protocol });
const restoreWorse = autotutela('invaliditaCivile', '2018-01-01', { restores: worse.protocol });
const annulFirst = autotutela('invaliditaCivile', '2017-01-01', { annuls: first.protocol });
const judgeAnew = verbale('da74a99', '2019-01-01', {
  kind: 'autotutela',
  annuls: worse.protocol,
});

const histories: [string, Verbale[], string[]][] = [
  ...giudizioNames.map(one),
  later('aggravamento', 'oltreUnTerzo', 'oltreDueTerzi'),
  later('aggravamento', 'oltreDueTerzi', 'da74a99'),
  later('aggravamento', 'da74a99', 'totale'),
  later('aggravamento', 'totale', 'totaleNonDeambula'),
  later('aggravamento', 'totale', 'totaleNonAutosufficiente'),
  later('aggravamento', 'nonInvalido', 'oltreUnTerzo'),
  later('aggravamento', 'ciecoParziale', 'ciecoAssoluto'),
  later('aggravamento', 'sordo', 'sordocieco'),
  later('aggravamento', 'handicap', 'handicapGrave'),
  later('revisione', 'totale', 'da74a99'),
  later('revisione', 'da74a99', 'nonInvalido'),
  later('revisione', 'minoreDifficolta', 'oltreUnTerzo'),
  later('revisione', 'minoreAccompagnamento', 'totaleNonAutosufficiente'),
  later('revisione', 'handicapGrave', 'nonHandicap'),
  later('revisione', 'disabile', 'nonDisabile'),
  later('verificaStraordinaria', 'totale', 'nonInvalido'),
  later('verificaStraordinaria', 'ciecoAssoluto', 'nonCieco'),
  later('verificaStraordinaria', 'sordo', 'nonSordo'),
  later('verificaStraordinaria', 'da74a99', 'da74a99'),
  later('primaIstanza', 'oltreUnTerzo', 'anziano67a99'),
  ['nobody: no verbale is no status, and no "no" (domain §1)', [], []],
  ['a draft counts for nothing: only a definitive verbale has effect', [draft('totale')], []],
  ['a draft does not disturb what is in force', [first, draft('nonInvalido')], ['oltreDueTerzi']],
  [
    'a past revision date changes nothing (L. 114/2014 art. 25 c. 6-bis)',
    [verbale('da74a99', '2012-01-01', { revisionOn: '2014-01-01' })],
    ['da74a99'],
  ],
  [
    'a revision date of today changes nothing either (L. 114/2014)',
    [verbale('totale', '2012-01-01', { revisionOn: TODAY })],
    ['totale'],
  ],
  [
    'a past revision date of a minor changes nothing (L. 114/2014 art. 25 c. 5)',
    [verbale('minoreDifficolta', '2012-01-01', { revisionOn: '2013-01-01' })],
    ['minoreDifficolta'],
  ],
  [
    'the revision that took place does (DL 78/2009 art. 20)',
    [
      verbale('totale', '2012-01-01', { revisionOn: '2014-01-01' }),
      verbale('oltreUnTerzo', '2015-01-01', { kind: 'revisione' }),
    ],
    ['oltreUnTerzo'],
  ],
  ['a revision still in draft does not', [worse, draft('nonInvalido')], ['totale']],
  [
    'autotutela annuls: the one before is in force again (L. 241/1990 art. 21-nonies)',
    [first, worse, annulWorse],
    ['oltreDueTerzi'],
  ],
  [
    'autotutela restores what was annulled (L. 241/1990 art. 21-nonies)',
    [first, worse, annulWorse, restoreWorse],
    ['totale'],
  ],
  ['autotutela annuls an earlier one: the later stays', [first, worse, annulFirst], ['totale']],
  [
    'autotutela annuls the only one: the archive has spoken, and recognises nothing',
    [first, annulFirst],
    ['nonInvalido!'],
  ],
  [
    'the archive marks the only one annulled: that is a "no" too',
    [{ ...first, state: 'annulled' }],
    ['nonInvalido!'],
  ],
  [
    'an annulment that is annulled itself has no effect: what it annulled is in force again',
    [
      first,
      worse,
      annulWorse,
      autotutela('invaliditaCivile', '2018-01-01', { annuls: annulWorse.protocol }),
    ],
    ['totale'],
  ],
  [
    'an autotutela that judged anew, annulled: what it annulled is in force again',
    [
      first,
      worse,
      judgeAnew,
      autotutela('invaliditaCivile', '2020-01-01', { annuls: judgeAnew.protocol }),
    ],
    ['totale'],
  ],
  [
    'autotutela that judges again takes the place of what it annuls',
    [first, worse, judgeAnew],
    ['da74a99'],
  ],
  [
    'autotutela of what is not in the archive changes nothing',
    [first, autotutela('invaliditaCivile', '2017-01-01', { annuls: 'UNKNOWN' })],
    ['oltreDueTerzi'],
  ],
  [
    'autotutela still in draft changes nothing',
    [first, worse, { ...annulWorse, state: 'draft', definitiveOn: undefined } as never],
    ['totale'],
  ],
  [
    'a verbale that the archive itself marks annulled counts for nothing',
    [first, { ...worse, state: 'annulled' }],
    ['oltreDueTerzi'],
  ],
  [
    'an autotutela that was itself annulled by the archive has no effect',
    [first, worse, { ...annulWorse, state: 'annulled' }],
    ['totale'],
  ],
  [
    "superseded is the archive's note of what the fold finds",
    [{ ...first, state: 'superseded' }, worse],
    ['totale'],
  ],
  [
    'superseded without a successor in the archive stays (a court ruling may have superseded it)',
    [{ ...first, state: 'superseded' }],
    ['oltreDueTerzi'],
  ],
  [
    'areas are independent: invalidità and handicap (L. 118/1971; L. 104/1992)',
    [verbale('da74a99', '2014-01-01'), verbale('handicapGrave', '2016-01-01')],
    ['da74a99', 'handicapGrave'],
  ],
  [
    'a refusal in one area leaves the others',
    [verbale('nonInvalido', '2020-01-01'), verbale('sordo', '2014-01-01')],
    ['nonInvalido!', 'sordo'],
  ],
  [
    'all five areas at once',
    [
      verbale('totale', '2014-01-01'),
      verbale('ciecoParziale', '2014-01-01'),
      verbale('sordo', '2014-01-01'),
      verbale('disabile', '2014-01-01'),
      verbale('handicap', '2014-01-01'),
    ],
    ['totale', 'ciecoParziale', 'sordo', 'disabile', 'handicap'],
  ],
  [
    'a verbale that becomes definitive tomorrow does not count today',
    [first, verbale('totale', '2026-11-23')],
    ['oltreDueTerzi'],
  ],
  ['one that became definitive today does', [first, verbale('totale', TODAY)], ['totale']],
  [
    'two of one day: the protocol number decides, whoever comes first',
    [
      verbale('totale', '2020-01-01', { protocol: 'Z2' }),
      verbale('da74a99', '2020-01-01', { protocol: 'Z1' }),
    ],
    ['totale'],
  ],
  [
    'two of one day: 10 comes after 9, as a number',
    [
      verbale('totale', '2020-01-01', { protocol: '9' }),
      verbale('nonInvalido', '2020-01-01', { protocol: '10' }),
    ],
    ['nonInvalido!'],
  ],
];

describe('the status folds from the verbali', () => {
  test('there are at least sixty histories', () => {
    expect(histories.length).toBeGreaterThanOrEqual(60);
  });

  test.each(histories)('%s', (_law, verbali, expected) => {
    expect(brief(statusOn(verbali, TODAY))).toEqual(expected);
    expect(brief(statusOn([...verbali].reverse(), TODAY))).toEqual(expected);
  });
});

const anyHistory = fc
  .array(
    fc.record({
      giudizio: fc.constantFrom(...giudizioNames),
      kind: fc.constantFrom(...verbaleKinds),
      day: fc.integer({ min: 0, max: 5000 }),
      state: fc.constantFrom('draft', 'definitive', 'superseded', 'annulled' as const),
      target: fc.nat(12),
      effect: fc.constantFrom('none', 'annuls', 'restores' as const),
    }),
    { maxLength: 12 },
  )
  .map((rows) =>
    rows.map(({ giudizio, kind, day, state, target, effect }, index): Verbale => {
      const definitiveOn = new Date(Date.UTC(2010, 0, 1 + day)).toISOString().slice(0, 10);
      const full = verbale(giudizio, definitiveOn, { protocol: `A${index}`, kind, state });
      const { definitiveOn: _, ...undated } = full;
      const dated = state === 'draft' ? undated : full;
      return kind === 'autotutela' && effect !== 'none' && target !== index
        ? { ...dated, [effect]: `A${target}` }
        : dated;
    }),
  );

describe('properties', () => {
  test('every history is one that the door lets in', () => {
    fc.assert(
      fc.property(anyHistory, (verbali) => {
        for (const each of verbali) {
          expect(verbaleSchema.safeParse(each).error?.issues).toBeUndefined();
        }
      }),
    );
  });

  test('the order of arrival does not matter', () => {
    fc.assert(
      fc.property(
        anyHistory.chain((verbali) =>
          fc.tuple(
            fc.constant(verbali),
            fc.shuffledSubarray(verbali, { minLength: verbali.length }),
          ),
        ),
        ([verbali, shuffled]) => {
          expect(statusOn(shuffled, TODAY)).toEqual(statusOn(verbali, TODAY));
        },
      ),
    );
  });

  test('a draft changes nothing, nor does any revision date', () => {
    fc.assert(
      fc.property(anyHistory, fc.constantFrom(...giudizioNames), (verbali, giudizio) => {
        const plain = brief(statusOn(verbali, TODAY));
        expect(brief(statusOn([...verbali, draft(giudizio)], TODAY))).toEqual(plain);
        const overdue = verbali.map((each) => ({ ...each, revisionOn: '2011-01-01' }));
        expect(brief(statusOn(overdue, TODAY))).toEqual(plain);
      }),
    );
  });
});

describe('days', () => {
  const anyDay = fc
    .integer({ min: 0, max: 7000 })
    .map((day) => new Date(Date.UTC(2009, 0, 1 + day)).toISOString().slice(0, 10));

  test('between two changes that it names, a status stays what it is', () => {
    fc.assert(
      fc.property(anyHistory, anyDay, anyDay, (verbali, one, other) => {
        const [day, later] = one < other ? [one, other] : [other, one];
        const next = nextChange(verbali, day);
        if (next === undefined || later < next) {
          expect(statusOn(verbali, later)).toEqual(statusOn(verbali, day));
        }
        expect(next === undefined || next > day).toBe(true);
      }),
    );
  });

  test('time alone takes nothing away: an area in which nothing is decided stays', () => {
    const plain = anyHistory.map((verbali) =>
      verbali.map(({ annuls: _, restores: __, ...each }): Verbale => each),
    );
    fc.assert(
      fc.property(plain, anyDay, (verbali, day) => {
        const next = nextChange(verbali, day) ?? '2999-01-01';
        const acts = verbali.filter(({ definitiveOn }) => definitiveOn === next);
        const [before, after] = [statusOn(verbali, day), statusOn(verbali, next)];
        for (const area of areas) {
          if (!acts.some((act) => act.area === area)) {
            expect(after[area]).toEqual(before[area]);
          }
        }
      }),
    );
  });
});

describe('protocol numbers', () => {
  test.each([
    ['9', '10'],
    ['P-9', 'P-10'],
    ['2024/9/1', '2024/10/1'],
    ['P-09', 'P-9'],
    ['P-9', 'P-9-1'],
    ['INPS.0099', 'INPS.100'],
  ])('%s comes before %s', (first, second) => {
    expect(compareProtocols(first, second)).toBeLessThan(0);
    expect(compareProtocols(second, first)).toBeGreaterThan(0);
  });

  test('their order is total', () => {
    const protocol = fc.string({ unit: fc.constantFrom('0', '1', '9', 'A', '-'), maxLength: 6 });
    fc.assert(
      fc.property(protocol, protocol, protocol, (a, b, c) => {
        expect(Math.sign(compareProtocols(a, b))).toBe(0 - Math.sign(compareProtocols(b, a)));
        expect(compareProtocols(a, b) === 0).toBe(a === b);
        if (compareProtocols(a, b) < 0 && compareProtocols(b, c) < 0) {
          expect(compareProtocols(a, c)).toBeLessThan(0);
        }
      }),
    );
  });
});
