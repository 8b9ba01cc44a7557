import { describe, expect, test } from 'vitest';
import { entitlementsOf, shippedEdition } from '../../../../server/portal/entitlements.ts';
import type { AreaStatus, Status } from '../../../../server/registry/person-status.ts';
import { type Giudizio, giudizi } from '../../../../server/registry/verbale.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const ADULT = '1980-01-01';

function statusOf(giudizio: Giudizio, changes: Partial<AreaStatus> = {}): Status {
  const one: AreaStatus = {
    protocol: 'P',
    giudizio,
    recognised: !/^non/.test(giudizio),
    accompagnamento: false,
    fiscalBenefits: [],
    definitiveOn: '2020-01-01',
    ...changes,
  };
  return { [giudizi[giudizio].area]: one };
}

const idsOf = (status: Status, birthDate = ADULT) =>
  entitlementsOf(shippedEdition(), { status, birthDate }, NOW).map(({ id }) => id);

describe('what a status entitles to', () => {
  test.each<[Giudizio, Partial<AreaStatus>, string[], string[]]>([
    ['oltreUnTerzo', { percentage: 34 }, ['ausili', 'musei-statali'], ['collocamento-46']],
    ['oltreUnTerzo', { percentage: 46 }, ['collocamento-46'], ['esenzione-ticket']],
    [
      'oltreDueTerzi',
      { percentage: 67 },
      ['esenzione-ticket', 'disability-card'],
      ['assegno-mensile'],
    ],
    ['da74a99', { percentage: 74 }, ['assegno-mensile', 'congedo-cure'], ['pensione-inabilita']],
    [
      'totale',
      { percentage: 100 },
      ['pensione-inabilita'],
      ['indennita-accompagnamento', 'carta-blu'],
    ],
    ['totaleNonDeambula', { percentage: 100 }, ['indennita-accompagnamento', 'carta-blu'], []],
    [
      'ciecoAssoluto',
      {},
      ['pensione-ciechi-assoluti', 'accompagnamento-ciechi'],
      ['indennita-speciale'],
    ],
    [
      'ciecoParziale',
      {},
      ['pensione-ciechi-parziali', 'indennita-speciale'],
      ['accompagnamento-ciechi'],
    ],
    ['sordo', {}, ['pensione-sordi', 'indennita-comunicazione', 'carta-blu'], []],
    ['disabile', {}, ['collocamento-68', 'musei-statali'], ['disability-card']],
    ['handicap', {}, ['musei-statali'], ['permessi']],
    ['handicapGrave', {}, ['permessi', 'congedo-straordinario'], ['congedo-parentale']],
    ['handicapArt21', {}, ['scelta-sede'], ['permessi']],
    ['nonInvalido', { percentage: 0 }, [], ['musei-statali', 'ausili', 'disability-card']],
  ])('%s %j', (giudizio, changes, some, none) => {
    const ids = idsOf(statusOf(giudizio, changes));
    expect(ids).toEqual(expect.arrayContaining(some));
    for (const id of none) {
      expect(ids).not.toContain(id);
    }
  });

  test('of a minor is a minor’s', () => {
    const ids = idsOf(statusOf('minoreDifficolta'), '2015-01-01');
    expect(ids).toContain('indennita-frequenza');
    expect(idsOf(statusOf('handicapGrave'), '2015-01-01')).toContain('congedo-parentale');
    expect(idsOf(statusOf('sordo'), '2015-01-01')).not.toContain('pensione-sordi');
  });

  test('follows from the reliefs that the verbale itself names', () => {
    const ids = idsOf(statusOf('handicapGrave', { fiscalBenefits: ['contrassegnoParcheggio'] }));
    expect(ids).toContain('contrassegno');
    expect(ids).not.toContain('veicoli-adattati');
  });

  test('is nothing where the archive is silent: nothing is promised', () => {
    expect(idsOf({})).toEqual([]);
  });

  test('past revision date or not: rights stay (L. 114/2014)', () => {
    const past = statusOf('da74a99', { percentage: 80, revisionOn: '2020-01-01' });
    expect(idsOf(past)).toContain('assegno-mensile');
  });
});

test('the data file names every giudizio and benefit as the registry does', () => {
  const known = new Set(Object.keys(giudizi));
  const named = JSON.stringify(shippedEdition()).match(/"giudizioIn":\[[^\]]*\]/g) ?? [];
  expect(named.length).toBeGreaterThan(10);
  for (const list of named) {
    for (const [, name] of list.matchAll(/"(\w+)"(?=[,\]])/g)) {
      expect(known.has(name ?? ''), name).toBe(true);
    }
  }
});
