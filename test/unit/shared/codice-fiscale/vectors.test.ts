import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isValid } from '../../../../shared/codice-fiscale/check.ts';
import { parse } from '../../../../shared/codice-fiscale/parse.ts';

interface Vector {
  cf: string;
  valid: boolean;
  class: string;
  why: string;
  soft?: boolean;
}

const file = new URL('../../../support/codice-fiscale/vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const options = { today: '2026-11-22' };

/** What must be among the reasons, by the class of the vector. */
const reasons: Record<string, string[]> = {
  check_char: ['checkCharacter'],
  day_range: ['day'],
  day_month: ['date'],
  feb29_nonleap: ['date'],
  month_letter: ['monthLetter'],
  month_digit: ['digitForLetter'],
  place_unknown: ['placeUnknown', 'placeZero'],
  place_letter: ['placeLetter'],
  place_zero: ['placeZero'],
  omocode_bad_letter: ['letterForDigit'],
  digit_in_letter_pos: ['digitForLetter'],
  name_triplet: ['surnameTriplet', 'nameTriplet'],
  length: ['length', 'empty'],
  unicode_lookalike: ['characterForeign'],
  unicode_digit: ['characterForeign'],
  numeric_check: ['provisionalCheck'],
  numeric_length: ['length'],
  numeric_zero: ['provisionalZero'],
  numeric_letter: ['provisionalLetter'],
};

describe('the vectors', () => {
  const classes = [...new Set(vectors.map((vector) => vector.class))];

  test.each(classes)('%s', (name) => {
    for (const vector of vectors.filter((each) => each.class === name)) {
      const result = parse(vector.cf, options);
      const label = `${vector.cf} (${vector.why})`;
      const valid = vector.valid || vector.soft === true;
      expect(result.ok, label).toBe(valid);
      expect(isValid(vector.cf, options), label).toBe(valid);
      if (result.ok) {
        const expected = vector.soft ? ['placeEnded'] : [];
        expect(
          result.warnings.map((warning) => warning.code),
          label,
        ).toEqual(expected);
      } else {
        const codes = result.problems.map((problem) => problem.code);
        const allowed = reasons[name];
        expect(!allowed || codes.some((code) => allowed.includes(code)), `${label} ${codes}`).toBe(
          true,
        );
      }
    }
  });
});
