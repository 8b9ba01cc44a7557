import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  columnsOf,
  readCsv,
  recordsOf,
  splitLines,
} from '../../../../server/registry/import-records.ts';

const block = (text: string, columns?: string[]) => ({
  bytes: Buffer.from(text),
  linesBefore: 10,
  ...(columns ? { columns } : {}),
});

test('plain lines are split into what the CSV reader makes of them', () => {
  const cell = fc.stringMatching(/^[ a-zà;|'\t]{0,4}$/);
  const line = fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(','));
  const text = fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, end, isEnded]) => lines.join(end) + (isEnded ? end : ''));
  fc.assert(
    fc.property(text, (given) => {
      expect(splitLines(given, 3)).toEqual(readCsv(given, 3));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['a quoted comma, a doubled quote', 'A,"x, ""y"""\nB,z\n', [11, 12]],
  ['a quoted line end', 'A,"x\ny"\nB,z\n', [12, 13]],
  ['carriage returns alone', 'A,x\rB,z\r', [11, 12]],
  ['an empty line between', 'A,x\n\nB,z', [11, 13]],
])('CSV with %s', (_what, text, lines) => {
  const records = recordsOf(block(text, ['codiceFiscale', 'name']));
  expect(records.map(({ line }) => line)).toEqual(lines);
  expect(records.map(({ record }) => (record as Record<string, string>).codiceFiscale)).toEqual([
    'A',
    'B',
  ]);
});

test('a row with more fields than columns is no record', () => {
  const [one] = recordsOf(block('A,x,y\n', ['codiceFiscale', 'name']));
  expect(typeof one?.record).toBe('symbol');
});

test('a quote that never ends', () => {
  expect(() => recordsOf(block('A,"x\n', ['codiceFiscale', 'name']))).toThrow(/at line 1\d$/);
});

test.each([['height'], ['codiceFiscale,name'], ['codiceFiscale,name,birthDate,name'], ['']])(
  'the header %j names no columns of ours',
  (header) => {
    expect(() => columnsOf(header)).toThrow(/must name the columns/);
  },
);
