import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  assignSlots,
  charactersToDraw,
  displayable,
  GLYPH_SLOTS,
  glyphOf,
  transliterate,
} from '../../../../hardware/display/lcd-charset.ts';
import { layOut, pageMs, wrap } from '../../../../hardware/display/lcd-layout.ts';

test.each([
  ['à', 'a'],
  ['È', 'E'],
  ['č', 'c'],
  ['ß', 'ss'],
  ['œ', 'oe'],
  ['•', '*'],
  ['’', "'"],
  ['\\', '/'],
  ['~', '-'],
  ['\u00a0', ' '],
  ['\n', ' '],
  ['日', '?'],
  ['A', 'A'],
])('%j is written %j', (character, ascii) => {
  expect(transliterate(character)).toBe(ascii);
});

test('every small letter with an accent of our five languages is drawn', () => {
  for (const character of 'àèéìòùäöüâçêëîïôûčšž') {
    const glyph = glyphOf(character);
    expect(glyph, character).toHaveLength(8);
    expect(glyph?.every((bits) => bits >= 0 && bits < 32)).toBe(true);
  }
  const drawings = [...'àèéìòùäöüâçêëîïôûčšžß✓✗'].map((character) => String(glyphOf(character)));
  expect(new Set(drawings).size).toBe(drawings.length);
});

test('whatever the text, the display gets printable ASCII and the characters drawn for it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const drawn = charactersToDraw(text);
      expect(drawn.length).toBeLessThanOrEqual(GLYPH_SLOTS);
      for (const character of displayable(text, new Set(drawn))) {
        expect(drawn.includes(character) || /^[\x20-\x7d]$/.test(character)).toBe(true);
      }
    }),
  );
});

test('a character keeps its slot as long as it is wanted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(fc.constantFrom(...'àèéìòùäöüčšž'), { maxLength: 8 })),
      (all) => {
        let slots: (string | undefined)[] = [];
        for (const wanted of all) {
          const next = assignSlots(slots, wanted);
          expect(next).toHaveLength(GLYPH_SLOTS);
          expect(wanted.every((character) => next.includes(character))).toBe(true);
          for (const character of wanted.filter((held) => slots.includes(held))) {
            expect(next.indexOf(character)).toBe(slots.indexOf(character));
          }
          slots = next;
        }
      },
    ),
  );
});

test('wrapping loses no character, and no line is wider than the glass', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), fc.constantFrom(16, 20), (text, columns) => {
      const lines = wrap(text, columns);
      expect(lines.every((line) => line.length <= columns && line.length > 0)).toBe(true);
      expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }),
  );
});

const sizes = [
  { columns: 20, rows: 4 },
  { columns: 16, rows: 2 },
];

test.each(sizes)('$columns×$rows: the entry is in the last row of every page', (size) => {
  const { pages } = layOut(
    {
      title: 'Scrivi il codice fiscale',
      text: 'Sedici caratteri. Puoi passare la tessera sanitaria sul lettore.',
      entry: { masked: '', progress: '0 di 16' },
    },
    size,
  );
  expect(pages.length).toBeGreaterThan(1);
  for (const page of pages) {
    expect(page).toHaveLength(size.rows);
    expect(page.every((line) => line.length === size.columns)).toBe(true);
    expect(page.at(-1)).toBe('>_'.padEnd(size.columns));
  }
  const text = pages
    .map((page) => page.slice(0, -1).join(' '))
    .join(' ')
    .replace(/\s+/g, ' ');
  expect(text.trim()).toBe(
    'Scrivi il codice fiscale Sedici caratteri. Puoi passare la tessera sanitaria sul lettore.',
  );
});

test('sixteen characters typed are all in view on the wide glass, their end on the narrow one', () => {
  const entry = { masked: `${'•'.repeat(15)}X`, progress: '16 di 16' };
  const line = (size: { columns: number; rows: number }) =>
    layOut({ title: 'Codice', text: '', entry }, size).pages[0]?.at(-1);
  expect(line({ columns: 20, rows: 4 })).toBe(`>${'*'.repeat(15)}X_  `);
  expect(line({ columns: 16, rows: 2 })).toBe(`>${'*'.repeat(13)}X_`);
});

test('a problem comes first, and the result has its sign and its words', () => {
  const problem = layOut(
    { title: 'Codice', text: 'x', entry: { masked: 'A', progress: '1', problem: 'Da correggere' } },
    { columns: 20, rows: 4 },
  );
  expect(problem.pages[0]?.[0]?.trim()).toBe('Da correggere');
  const yes = layOut(
    { title: 'Prego', text: 'Può entrare.', icon: 'yes' },
    { columns: 20, rows: 4 },
  );
  expect(yes.pages[0]?.[0]?.trim()).toBe('✓ Prego');
  expect(yes.drawn).toEqual(['ò', '✓'].sort());
});

test('a page stays at least two seconds and as long as its reading takes', () => {
  expect(pageMs(['Ciao    '], 10)).toBe(2_000);
  expect(pageMs(['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(20)], 10)).toBe(6_200);
});
