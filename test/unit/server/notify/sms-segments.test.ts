import fc from 'fast-check';
import { expect, test } from 'vitest';
import { segment } from '../../../../server/notify/sms-segments.ts';

test.each([
  ['160 letters', 'a'.repeat(160), 0, 1],
  ['161 letters', 'a'.repeat(161), 0, 2],
  ['306 letters', 'a'.repeat(306), 0, 2],
  ['307 letters', 'a'.repeat(307), 0, 3],
  ['the accents of Italian', 'àèéìòù'.repeat(26), 0, 1],
  ['80 euro signs, two octets each', '€'.repeat(80), 0, 1],
  ['81 euro signs', '€'.repeat(81), 0, 2],
  ['70 letters with a hook', 'č'.repeat(70), 8, 1],
  ['71 letters with a hook', 'č'.repeat(71), 8, 2],
  ['a typographic apostrophe is a plain one', 'l’altro', 0, 1],
  ['nothing', '', 0, 1],
])('%s', (_what, text, dataCoding, parts) => {
  const cut = segment(text);
  expect(cut.dataCoding).toBe(dataCoding);
  expect(cut.parts).toHaveLength(parts);
});

test('an escape is never parted from its letter', () => {
  const { parts } = segment(`${'a'.repeat(152)}€${'b'.repeat(100)}`);
  expect(parts.map((part) => part.length)).toEqual([152, 102]);
  expect(parts[1]?.[0]).toBe(0x1b);
});

test('a pair of surrogates is never parted', () => {
  const { parts } = segment(`${'č'.repeat(66)}😀${'č'.repeat(20)}`);
  expect(parts[0]?.length).toBe(132);
  expect(parts[1]?.readUInt16BE(0)).toBe(0xd83d);
});

test('parts hold all of it, in order, and none is too long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      const { dataCoding, parts } = segment(text);
      const many = parts.length > 1;
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(
          dataCoding === 8 ? (many ? 134 : 140) : many ? 153 : 160,
        );
      }
      if (dataCoding === 8) {
        const joined = Buffer.concat(parts).swap16().toString('utf16le');
        expect(joined).toBe(text.replace(/[’‘]/g, "'").replace(/[“”]/g, '"').replace(/–/g, '-'));
      }
    }),
  );
});

test('what is longer than ten parts is cut off', () => {
  expect(segment('a'.repeat(5000)).parts).toHaveLength(10);
});
