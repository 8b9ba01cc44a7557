import { describe, expect, test } from 'vitest';
import { codiceFiscaleWords } from '../../../../shared/codice-fiscale/codice-fiscale-words.ts';
import {
  problemMessage,
  warningMessage,
} from '../../../../shared/codice-fiscale/problem-message.ts';
import { problemCodes, warningCodes } from '../../../../shared/codice-fiscale/problems.ts';
import { languages } from '../../../../shared/language.ts';

describe('messages', () => {
  test('every problem and warning has its own words in every language', () => {
    const all = languages.flatMap((language) => [
      ...problemCodes.map((code) =>
        problemMessage({ code, positions: [] }, codiceFiscaleWords[language]),
      ),
      ...warningCodes.map((code) =>
        warningMessage({ code, positions: [], strong: false }, codiceFiscaleWords[language]),
      ),
    ]);
    expect(new Set(all).size).toBe(languages.length * (problemCodes.length + warningCodes.length));
    for (const text of all) {
      expect(text).toMatch(/^\p{Lu}.{15,}[.]$/u);
    }
  });

  test.each([
    ['it', [9], '(posizione 9)'],
    ['it', [7, 8], '(posizioni 7, 8)'],
    ['en', [9], '(position 9)'],
    ['de', [7, 8], '(Stellen 7, 8)'],
    ['fr', [7, 8], '(positions 7, 8)'],
    ['sl', [9], '(mesto 9)'],
    ['sl', [7, 8], '(mesti 7, 8)'],
    ['sl', [12, 13, 14, 15], '(mesta 12, 13, 14, 15)'],
  ] as const)('%s %j', (language, positions, end) => {
    const text = problemMessage(
      { code: 'date', positions: [...positions] },
      codiceFiscaleWords[language],
    );
    expect(text.endsWith(end)).toBe(true);
  });
});
