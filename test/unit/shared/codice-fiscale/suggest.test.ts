import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isValid } from '../../../../shared/codice-fiscale/check.ts';
import { SUGGESTIONS_MAX, suggest } from '../../../../shared/codice-fiscale/suggest.ts';
import { arbitraryCode } from '../../../support/codice-fiscale/arbitrary.ts';

const options = { today: '2026-11-22' };
const right = 'RSSMRA80A01H501U';

describe('suggestions', () => {
  test.each([
    ['RSSMRA8OA01H501U', 'misplaced', [8]],
    ['RSSMRA8OAOIH50IU', 'misplaced', [8, 10, 11, 15]],
    ['rssmra8oa01h501u', 'misplaced', [8]],
    ['R5SMRA80A01H501U', 'misplaced', [2]],
    ['RSSMRA80A01H510U', 'swapped', [14, 15]],
    ['RSSMAR80A01H501U', 'swapped', [5, 6]],
    ['RSSMR8A0A01H501U', 'swapped', [6, 7]],
    ['RSSMRA80A01H5011U', 'extra', [15]],
    ['RSMRA80A01H501U', 'missing', [3]],
    ['RSSMR\u041080A01H501U', 'unreadable', [6]],
    ['BSSMRA80A01H501U', 'lookalike', [1]],
    ['RSSNRA80A01H501U', 'lookalike', [4]],
    ['RSSMRA80A01H501T', 'neighbour', [16]],
    ['RSSMRA90A01H501U', 'neighbour', [7]],
    ['RSSMRB80A01H501U', 'neighbour', [6]],
  ])('%s: %s at %j', (input, slip, positions) => {
    expect(suggest(input, options)).toContainEqual({ code: right, slip, positions });
  });

  test.each(['RSSMRA8OA01H501U', 'RSSMRA80A01H50IU', 'RSSMRA80A01H510U', 'RSMRA80A01H501U'])(
    'the likeliest first: %s',
    (input) => expect(suggest(input, options)[0]?.code).toBe(right),
  );

  test('misplaced letters in a provisional code', () => {
    expect(suggest('4632409O367', options)[0]).toEqual({
      code: '46324090367',
      slip: 'misplaced',
      positions: [8],
    });
  });

  test.each([right, '', 'RSSMRA', '?', 'x'.repeat(40), 'AAAAAAAAAAA', '\u0410\u0410'.repeat(8)])(
    'nothing for %j',
    (input) => expect(suggest(input, options)).toEqual([]),
  );

  test('each is valid, new, and there are few', () => {
    fc.assert(
      fc.property(
        arbitraryCode,
        fc.nat(15),
        fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ?'),
        (code, at, character) => {
          const input = code.slice(0, at) + character + code.slice(at + 1);
          const suggestions = suggest(input, options);
          expect(suggestions.length).toBeLessThanOrEqual(SUGGESTIONS_MAX);
          expect(new Set(suggestions.map((each) => each.code)).size).toBe(suggestions.length);
          for (const suggestion of suggestions) {
            expect(isValid(suggestion.code, options)).toBe(true);
            expect(suggestion.code).not.toBe(input);
          }
        },
      ),
    );
  });

  test('O and I in digit positions always lead back to the code', () => {
    fc.assert(
      fc.property(arbitraryCode, (code) => {
        const digits = [6, 7, 9, 10, 12, 13, 14];
        const misread = Array.from(code, (character, at) =>
          digits.includes(at) ? character.replace('0', 'O').replace('1', 'I') : character,
        ).join('');
        fc.pre(misread !== code);
        expect(suggest(misread, options)[0]).toMatchObject({ code, slip: 'misplaced' });
      }),
    );
  });
});
