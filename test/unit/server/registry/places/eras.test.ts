import { expect, test } from 'vitest';
import { erasOf } from '../../../../../server/registry/places/eras.ts';
import { PLACE_LETTERS } from '../../../../../shared/codice-fiscale/alphabet.ts';
import { placeEnd, placeExists } from '../../../../../shared/codice-fiscale/places.ts';
import { placeSource } from '../../../../support/codice-fiscale/arbitrary.ts';

test('both tables hold what the source holds, and nothing else', () => {
  for (const [series, letter] of Array.from(PLACE_LETTERS).entries()) {
    for (let number = 0; number < 1000; number++) {
      const place = letter + String(number).padStart(3, '0');
      const eras = placeSource[place];
      const distinct = eras?.filter(([from], at) => from !== eras[at - 1]?.[0]);
      expect(erasOf(place), place).toEqual(
        distinct?.map(([from, to]) => (to === '9999-12-31' ? { from } : { from, to })),
      );
      const end = eras?.at(-1)?.[1] ?? '9999-12-31';
      const index = series * 1000 + number;
      expect(placeExists(index), place).toBe(eras !== undefined);
      expect(placeEnd(index), place).toBe(
        end === '9999-12-31' ? 0 : Number(end.replaceAll('-', '')),
      );
    }
  }
});

test.each(['', 'H', 'h501', 'H5011', '__proto__'])('no place: %j', (place) => {
  expect(erasOf(place)).toBeUndefined();
});
