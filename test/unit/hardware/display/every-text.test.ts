import { describe, expect, test } from 'vitest';
import { kioskWords } from '../../../../device/session/kiosk-words.ts';
import { layOut, pageMs } from '../../../../hardware/display/lcd-layout.ts';
import { languages } from '../../../../shared/language.ts';

const sizes = [
  { columns: 20, rows: 4 },
  { columns: 16, rows: 2 },
] as const;

/** Every pair of a title and a text anywhere in a language. */
function wordsIn(value: unknown): { title: string; text: string }[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { title, text } = value as { title?: unknown; text?: unknown };
  const own = typeof title === 'string' && typeof text === 'string' ? [{ title, text }] : [];
  return [...own, ...Object.values(value).flatMap(wordsIn)];
}

describe.each(languages)('every text in %s on the glass', (language) => {
  const all = wordsIn(kioskWords[language]);

  test('there are some', () => {
    expect(all.length).toBeGreaterThan(10);
  });

  test.each(sizes)('$columns×$rows: no character is lost, and none is unknown', (size) => {
    for (const words of all) {
      const { pages } = layOut(words, size);
      const shown = pages.flat().join(' ');
      const asked = `${words.title} ${words.text}`;
      const marks = (text: string) => text.split('?').length;
      expect(marks(shown), asked).toBe(marks(asked));
    }
  });

  test.each(sizes)('$columns×$rows: all of a result is read within its time', (size) => {
    for (const words of all) {
      const { pages } = layOut(words, size);
      const ms = pages.reduce((sum, page) => sum + pageMs(page, 10), 0);
      // Help and privacy texts are longer and stay until a key; a text of one breath is read in 30 s.
      const isShort = words.text.length <= 100;
      expect(isShort ? ms : 0, words.title).toBeLessThanOrEqual(30_000);
    }
  });
});
