import { describe, expect, test } from 'vitest';
import { compose, type Person } from '../../../../shared/codice-fiscale/compose.ts';
import { lettersOf } from '../../../../shared/codice-fiscale/latin.ts';
import { matches } from '../../../../shared/codice-fiscale/matches.ts';

const options = { today: '2026-11-22' };
const rossi: Person = {
  surname: 'Rossi',
  name: 'Mario',
  birthDate: '1980-01-01',
  sex: 'male',
  place: 'H501',
};

describe('compose', () => {
  test.each<[Person, string]>([
    [rossi, 'RSSMRA80A01H501U'],
    [{ ...rossi, sex: 'female', name: 'Maria Grazia' }, 'RSSMGR80A41H501'],
    [{ ...rossi, surname: "D'Angelo" }, 'DNGMRA80A01H501'],
    [{ ...rossi, surname: 'Fo' }, 'FOXMRA80A01H501'],
    [{ ...rossi, surname: '', name: '' }, 'XXXXXX80A01H501'],
    [{ ...rossi, surname: 'Aiello', name: 'Gianfranco' }, 'LLAGFR80A01H501'],
    [{ ...rossi, name: 'Roberto' }, 'RSSRRT80A01H501'],
    [{ ...rossi, name: 'Stefano' }, 'RSSSFN80A01H501'],
    [{ ...rossi, name: 'Marco' }, 'RSSMRC80A01H501'],
    [{ ...rossi, surname: 'Xu', name: 'Xia' }, 'XUXXIA80A01H501'],
  ])('%j', (person, expected) => {
    expect(compose(person)?.startsWith(expected)).toBe(true);
  });

  test.each([
    { ...rossi, birthDate: '1981-02-29' },
    { ...rossi, birthDate: '1980-1-1' },
    { ...rossi, place: 'N501' },
    { ...rossi, place: 'h501' },
  ])('no code of %j', (person) => expect(compose(person)).toBeUndefined());
});

describe('names in letters', () => {
  test.each([
    ['Müller', ['MULLER', 'MUELLER']],
    ['Mu\u0308ller', ['MULLER', 'MUELLER']],
    ['Weiß', ['WEISS']],
    ['Niccolò', ['NICCOLO']],
    ['Žagar-Črnič', ['ZAGARCRNIC']],
    ["dell’Orto d'Este", ['DELLORTODESTE']],
    ['Øst', ['OST', 'OEST']],
    ['ılgaz', ['ILGAZ']],
    ['李', ['']],
    ['', ['']],
  ])('%s → %j', (name, expected) => expect(lettersOf(name)).toEqual(expected));

  test('many letters with two forms stay few names', () => {
    expect(lettersOf('ü'.repeat(10_000)).length).toBeLessThanOrEqual(16);
  });
});

describe('matches', () => {
  test('all of it', () => {
    expect(matches('rssmra80a01h501u', rossi, options)).toEqual({
      outcome: 'compared',
      matches: true,
      differences: [],
      warnings: [],
    });
  });

  test('ü is U and UE, and nothing else', () => {
    const codes = ['Üb', 'Ub', 'Ueb'].map((surname) => compose({ ...rossi, surname }) as string);
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) {
      expect(matches(code, { surname: 'Üb' }, options)).toMatchObject({ matches: true });
    }
    expect(matches(codes[2] as string, { surname: 'Ub' }, options)).toMatchObject({
      matches: false,
      differences: ['surname'],
    });
  });

  test.each([
    [{ surname: 'Bianchi' }, ['surname'], []],
    [{ name: 'Paolo' }, ['name'], []],
    [{ birthDate: '1980-01-02' }, [], ['birthDate']],
    [{ birthDate: '2080-01-01' }, [], ['birthDate']],
    [{ sex: 'female' }, [], ['sex']],
    [{ place: 'F205' }, [], ['place']],
    [{ surname: 'Verdi', place: 'F205' }, ['surname'], ['place']],
    [{ surname: '李' }, ['surname'], []],
  ] as const)('%j: differences %j, warnings %j', (part, differences, warnings) => {
    expect(matches('RSSMRA80A01H501U', { ...rossi, ...part }, options)).toEqual({
      outcome: 'compared',
      matches: differences.length === 0,
      differences,
      warnings,
    });
  });

  test('of several given names the first alone as well as all', () => {
    const all = compose({ ...rossi, name: 'Anna Maria' }) as string;
    const first = compose({ ...rossi, name: 'Anna' }) as string;
    expect(all).not.toBe(first);
    expect(matches(all, { name: 'Anna Maria' }, options)).toMatchObject({ matches: true });
    expect(matches(first, { name: 'Anna, Maria' }, options)).toMatchObject({ matches: true });
    expect(matches(first, { name: 'Maria' }, options)).toMatchObject({ matches: false });
  });

  test('a code that is refused, and one that says nothing', () => {
    expect(matches('RSSMRA80A01H501X', rossi, options)).toEqual({
      outcome: 'invalid',
      problems: [{ code: 'checkCharacter', positions: [16] }],
    });
    expect(matches('46324090367', rossi, options)).toEqual({ outcome: 'incomparable' });
  });
});
