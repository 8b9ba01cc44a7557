import { describe, expect, test } from 'vitest';
import { isValid } from '../../../../shared/codice-fiscale/check.ts';
import { checkCharacterOf, withOmocodia } from '../../../../shared/codice-fiscale/compose.ts';
import { parse } from '../../../../shared/codice-fiscale/parse.ts';

const today = '2026-11-22';
/** A code with its check character. */
const whole = (body: string) => body + checkCharacterOf(body);

function codesOf(input: string): string[] {
  const result = parse(input, { today });
  return result.ok ? [] : result.problems.map((problem) => problem.code);
}

describe('what a code says', () => {
  test('the whole of it', () => {
    expect(parse(' rss-mra.80/a01 h501u\r\n', { today })).toEqual({
      ok: true,
      code: 'RSSMRA80A01H501U',
      facts: {
        kind: 'personal',
        birthDates: ['1980-01-01'],
        sex: 'male',
        place: { code: 'H501', kind: 'commune' },
        omocodia: 0,
      },
      warnings: [],
    });
  });

  test.each([
    ['RSSMRA10A41H501', ['1910-01-01', '2010-01-01']],
    ['RSSMRA26S62H501', ['1926-11-22', '2026-11-22']],
    ['RSSMRA26S63H501', ['1926-11-23']],
    ['RSSMRA00B29H501', ['2000-02-29']],
    ['RSSMRA24B29H501', ['1924-02-29', '2024-02-29']],
    ['RSSMRA28B29H501', ['1928-02-29']],
  ])('birth dates of %s…: none in the future, leap days only in leap years', (body, dates) => {
    expect(parse(whole(body), { today })).toMatchObject({ ok: true, facts: { birthDates: dates } });
  });

  test('an unset clock refuses nobody', () => {
    const born2000 = whole('RSSMRA00B29H501');
    expect(parse(born2000, { today: '1970-01-01' })).toMatchObject({
      ok: true,
      facts: { birthDates: ['2000-02-29'] },
    });
    expect(isValid(born2000, { today: '1970-01-01' })).toBe(true);
    expect(parse(born2000, { today: 'not a day' }).ok).toBe(true);
  });

  test('omocodia: the mask, the place in plain digits, the code as typed', () => {
    for (let mask = 0; mask < 128; mask++) {
      const code = withOmocodia('RSSMRA80A01H501U', mask);
      expect(parse(code, { today })).toMatchObject({
        ok: true,
        code,
        facts: { omocodia: mask, place: { code: 'H501' }, birthDates: ['1980-01-01'] },
      });
    }
  });

  test('the eras, if somebody knows them', () => {
    const eras = [{ from: '1871-01-15' }];
    const erasOf = (place: string) => (place === 'H501' ? eras : undefined);
    expect(parse('RSSMRA80A01H501U', { today, erasOf })).toMatchObject({
      facts: { place: { eras } },
    });
  });

  test('a provisional code and its office', () => {
    expect(parse('46324090367', { today })).toEqual({
      ok: true,
      code: '46324090367',
      facts: { kind: 'provisional', office: '036' },
      warnings: [],
    });
  });
});

describe('what is wrong with it, and where', () => {
  test.each([
    ['', [['empty', []]]],
    [' \u00a0-./*\t\r\n', [['empty', []]]],
    ['RSSMRA80A01H501', [['length', []]]],
    ['RSSMRA80A01H501UU', [['length', []]]],
    ['RSSMRA80A01', [['length', []]]],
    ['1SSMRA80A01H501U', [['digitForLetter', [1]]]],
    ['RSSMRA8OA0IH501U', [['letterForDigit', [8, 11]]]],
    [whole('RSSMRA8OA01H501'), [['letterForDigit', [8]]]],
    [whole('ROSMRA80A01H501'), [['surnameTriplet', [1, 2, 3]]]],
    [whole('RSSUAR80A01H501'), [['nameTriplet', [4, 5, 6]]]],
    [whole('RSSMRA80F01H501'), [['monthLetter', [9]]]],
    [whole('RSSMRA80A00H501'), [['day', [10, 11]]]],
    [whole('RSSMRA80A32H501'), [['day', [10, 11]]]],
    [whole('RSSMRA80A40H501'), [['day', [10, 11]]]],
    [whole('RSSMRA80A72H501'), [['day', [10, 11]]]],
    [whole('RSSMRA80D31H501'), [['date', [9, 10, 11]]]],
    [whole('RSSMRA80B30H501'), [['date', [9, 10, 11]]]],
    [whole('RSSMRA81B69H501'), [['date', [7, 8, 9, 10, 11]]]],
    [whole('RSSMRA80A01N501'), [['placeLetter', [12]]]],
    [whole('RSSMRA80A01H000'), [['placeZero', [13, 14, 15]]]],
    [whole('RSSMRA80A01Z999'), [['placeUnknown', [12, 13, 14, 15]]]],
    ['RSSMRA80A01H501V', [['checkCharacter', [16]]]],
    ['RSSMRA80A01H5012', [['digitForLetter', [16]]]],
    ['RSSMR\u041080A01H501U', [['characterForeign', [6]]]],
    ['RSSMRA80A01H50\u{1d7cf}U', [['characterForeign', [15]]]],
    [
      'RSSMRA80A01H501_U',
      [
        ['length', []],
        ['characterForeign', [16]],
      ],
    ],
    ['4632409O367', [['provisionalLetter', [8]]]],
    ['46324090368', [['provisionalCheck', [11]]]],
    ['00000000000', [['provisionalZero', []]]],
    ['4632409\u0660367', [['characterForeign', [8]]]],
  ])('%j', (input, expected) => {
    const result = parse(input, { today });
    expect(result.ok ? [] : result.problems).toEqual(
      expect.arrayContaining(expected.map(([code, positions]) => ({ code, positions }))),
    );
    const first = expected.map(([code]) => code);
    expect(
      codesOf(input).filter((code) => code !== 'checkCharacter' || first.includes(code)),
    ).toHaveLength(expected.length);
    expect(isValid(input, { today })).toBe(false);
  });

  test('all that is wrong at once, in the order of the code', () => {
    expect(codesOf('1OSUAR8OF00N000V')).toEqual([
      'digitForLetter',
      'nameTriplet',
      'letterForDigit',
      'monthLetter',
      'day',
      'placeLetter',
      'placeZero',
      'checkCharacter',
    ]);
  });

  test.each([
    'ſ',
    'ı',
    'K',
    'А',
    'Α',
    'Ａ',
    'ß',
    'é',
    '\u200b',
    '\ufeff',
    '\u00ad',
    '\u202e',
    '\0',
    '_',
    ':',
    "'",
    '"',
    ',',
    '+',
    '\ud800',
    '\udc00',
    'A\u0301',
  ])('%j is neither folded nor left out', (character) => {
    expect(parse(`RSSMR${character}80A01H501U`, { today }).ok).toBe(false);
    expect(parse(`RSSMRA80A01H501U${character}`, { today }).ok).toBe(false);
  });

  test.each([
    ' ',
    '\u00a0',
    '\u202f',
    '\u2009',
    '\t',
    '\r',
    '\n',
    '-',
    '\u2010',
    '\u2011',
    '\u2013',
    '\u2014',
    '\u2212',
    '.',
    '/',
    '*',
  ])('%j is left out wherever it stands', (separator) => {
    const input = Array.from('RSSMRA80A01H501U', (each) => separator + each).join('') + separator;
    expect(parse(input, { today })).toMatchObject({ ok: true, code: 'RSSMRA80A01H501U' });
    expect(isValid(input, { today })).toBe(true);
  });

  test('characters that differ only in high bits are not folded', () => {
    for (const distance of [0x80, 0x100, 0x2000, 0xff00 - 0x20]) {
      for (let at = 0; at < 16; at++) {
        const code = 'RSSMRA80A01H501U';
        const other = String.fromCharCode(code.charCodeAt(at) + distance);
        const input = code.slice(0, at) + other + code.slice(at + 1);
        expect(codesOf(input)).toContain('characterForeign');
        expect(isValid(input, { today })).toBe(false);
      }
    }
  });

  test.each([undefined, null, 42, {}, [], Symbol('x')])('%s is no code', (input) => {
    expect(codesOf(input as unknown as string)).toEqual(['empty']);
    expect(isValid(input as unknown as string)).toBe(false);
  });

  test.each(['A', ' ', '-', 'RSSMRA80A01H501U', '\ud83d', '\u{1f600}', '\0', '1', ' A'])(
    'a megabyte of %j is answered, with few positions',
    (piece) => {
      const result = parse(piece.repeat(1_048_576 / piece.length), { today });
      expect(result.ok).toBe(false);
      expect(
        result.ok ? 0 : result.problems.flatMap((each) => each.positions).length,
      ).toBeLessThanOrEqual(32);
    },
  );

  test('a code in a megabyte of spaces is that code', () => {
    const space = ' '.repeat(524_288);
    expect(parse(`${space}RSSMRA80A01${space}H501U`, { today })).toMatchObject({ ok: true });
  });
});

describe('places', () => {
  test.each([
    // Ended on 1929-05-22.
    ['RSSMRA52A01C264', ['placeEnded']],
    ['RSSMRA28A01C264', []],
    // Day by day: the last day of the DDR's era is 1990-10-03.
    ['RSSMRA90R03Z111', []],
    ['RSSMRA90R04Z111', ['placeEnded']],
    // 1920 fits, though 2020 would not.
    ['RSSMRA20A01C264', []],
    // Armenia until 1994, Guadeloupe, Guam; communes of the past.
    ['RSSMRA80A01Z137', ['placeUnlisted']],
    ['RSSMRA80A01Z508', ['placeUnlisted']],
    ['RSSMRA80A01A030', ['placeUnlisted']],
    ['RSSMRA20A01M215', ['placeUnlisted']],
    // Communes newer than the table, of people who are newer too.
    ['RSSMRA26B61M439', ['placeUnlisted']],
    ['RSSMRA25A01M454', ['placeUnlisted']],
  ])('%s…: warnings %j', (body, expected) => {
    const result = parse(whole(body), { today });
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && result.warnings.map((warning) => warning.code)).toEqual(expected);
    expect(isValid(whole(body), { today })).toBe(true);
  });

  test.each(['80A01M439', '26S63M439', '25A01M455', '80A01A814', '80A01Z175', '80A01L000'])(
    'in no list: %s',
    (rest) => {
      const code = whole(`RSSMRA${rest}`);
      expect(codesOf(code).join()).toMatch(/^place(Unknown|Zero)$/);
      expect(isValid(code, { today })).toBe(false);
    },
  );

  test('a place that is in no list is all that is wrong: what was read goes along', () => {
    const code = whole('RSSMRA80A01Z999');
    const result = parse(code, { today });
    expect(result).toMatchObject({ ok: false, doubtful: { code, facts: { kind: 'personal' } } });
    expect(parse(`${code.slice(0, 15)}1`, { today })).not.toHaveProperty('doubtful');
    expect(parse(whole('RSSMRA80A01H000'), { today })).not.toHaveProperty('doubtful');
  });

  test.each([
    ['00000010009', ['provisionalOffice']],
    ['46324090367', []],
  ])('provisional %s: warnings %j', (code, expected) => {
    const result = parse(code, { today });
    expect(result.ok && result.warnings.map((warning) => warning.code)).toEqual(expected);
  });
});
