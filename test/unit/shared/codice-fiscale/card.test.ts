import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromCard } from '../../../../shared/codice-fiscale/tessera-sanitaria.ts';
import { arbitraryCode } from '../../../support/codice-fiscale/arbitrary.ts';

const code = 'RSSMRA80A01H501U';
const code39 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%';

describe('a card', () => {
  test.each([
    code,
    `*${code}*`,
    `]A0${code}`,
    `]A1*${code}*`,
    `]A7${code}\r\n`,
    `\x02]A0${code}\x03`,
    `\x02*${code}*\r`,
    code.toLowerCase(),
    `${code}\t`,
    ` ${code} `,
  ])('%j', (text) => expect(fromCard(text)).toBe(code));

  test.each([
    '',
    ']A0',
    '8001120938619',
    '80380000300123456789',
    'HTTPS://EXAMPLE.ORG/V/ABC',
    `]C0${code}`,
    `]A8${code}`,
    'RSSMRA80A01H501X',
    `${code}${code}`,
    `${code}X`,
    'A'.repeat(1_048_576),
    `\u{1d400}${code.slice(1)}`,
  ])('no code: %.40j', (text) => expect(fromCard(text)).toBeUndefined());

  test("Code 39's own check character is known and left out", () => {
    fc.assert(
      fc.property(arbitraryCode, (text) => {
        const sum = Array.from(text).reduce((total, each) => total + code39.indexOf(each), 0);
        const check = code39.charAt(sum % 43);
        expect(fromCard(`]A1*${text}${check}*`, { today: '2026-11-22' })).toBe(text);
        const wrong = code39.charAt((sum + 1) % 36);
        fc.pre(wrong !== check);
        expect(fromCard(`]A1*${text}${wrong}*`, { today: '2026-11-22' })).toBeUndefined();
      }),
    );
  });

  test('a provisional code, as printed on a paper substitute', () => {
    expect(fromCard('*46324090367*')).toBe('46324090367');
  });
});
