import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  checkCharacterOf,
  nameTriplet,
  surnameTriplet,
  withOmocodia,
} from '../../../shared/codice-fiscale/compose.ts';

const source = new URL('../../../scripts/data/belfiore-places.json', import.meta.url);

/** The source of the place tables. */
export const placeSource: Record<string, [from: string, to: string][]> = JSON.parse(
  readFileSync(source, 'utf8'),
);

/** Any real day of either century. */
export const arbitraryDay = fc
  .date({
    min: new Date('1900-01-01T00:00:00Z'),
    max: new Date('2026-11-22T00:00:00Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().slice(0, 10));

const arbitraryLetters = fc
  .array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZAEIOUX'), { minLength: 0, maxLength: 9 })
  .map((letters) => letters.join(''));

/** Any valid full code, with or without omocodia. */
export const arbitraryCode = fc
  .record({
    surname: arbitraryLetters.map(surnameTriplet),
    name: arbitraryLetters.map(nameTriplet),
    day: arbitraryDay,
    female: fc.boolean(),
    place: fc.constantFrom(...Object.keys(placeSource)),
    mask: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 127 })),
  })
  .map(({ surname, name, day, female, place, mask }) => {
    const month = 'ABCDEHLMPRST'.charAt(Number(day.slice(5, 7)) - 1);
    const dayField = String(Number(day.slice(8)) + (female ? 40 : 0)).padStart(2, '0');
    const body = `${surname}${name}${day.slice(2, 4)}${month}${dayField}${place}`;
    return withOmocodia(body + checkCharacterOf(body), mask);
  });

/** Any valid provisional code. */
export const arbitraryProvisional = fc
  .tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 1, max: 100 }))
  .map(([serial, office]) => {
    const body = String(serial).padStart(7, '0') + String(office).padStart(3, '0');
    const sum = Array.from(body, Number).reduce((total, digit, at) => {
      const twice = digit * 2;
      return total + (at % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice);
    }, 0);
    return body + String((10 - (sum % 10)) % 10);
  });
