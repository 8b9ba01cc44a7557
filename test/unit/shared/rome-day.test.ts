import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ageOn, nextDay, romeDay, romeMidnight } from '../../../shared/rome-day.ts';

describe('the day is Rome’s', () => {
  test.each([
    ['2026-07-01T21:59:59.999Z', '2026-07-01'],
    ['2026-07-01T22:00:00.000Z', '2026-07-02'],
    ['2026-01-01T22:59:59.999Z', '2026-01-01'],
    ['2026-01-01T23:00:00.000Z', '2026-01-02'],
    // The nights on which the clock is moved.
    ['2026-03-28T22:59:59.999Z', '2026-03-28'],
    ['2026-03-28T23:00:00.000Z', '2026-03-29'],
    ['2026-03-29T22:00:00.000Z', '2026-03-30'],
    ['2026-10-24T22:00:00.000Z', '2026-10-25'],
    ['2026-10-25T22:30:00.000Z', '2026-10-25'],
    ['2026-10-25T23:00:00.000Z', '2026-10-26'],
  ])('%s is on %s', (at, day) => {
    expect(romeDay(Date.parse(at))).toBe(day);
  });

  test('begins at the millisecond that its midnight names, in every season', () => {
    const days = fc.integer({ min: 0, max: 365 * 68 });
    fc.assert(
      fc.property(days, (number) => {
        const day = new Date(Date.UTC(1980, 0, 1 + number)).toISOString().slice(0, 10);
        const begins = romeMidnight(day);
        expect(romeDay(begins)).toBe(day);
        expect(romeDay(begins - 1)).not.toBe(day);
        expect(nextDay(romeDay(begins - 1))).toBe(day);
      }),
    );
  });
});

test.each([
  ['2008-12-01', '2026-11-30', 17],
  ['2008-12-01', '2026-12-01', 18],
  ['2008-02-29', '2026-02-28', 17],
  ['2008-02-29', '2026-03-01', 18],
  ['2008-02-29', '2028-02-29', 20],
  ['2026-11-30', '2026-11-30', 0],
])('somebody born on %s is on %s %i years old', (birthDate, day, age) => {
  expect(ageOn(birthDate, day)).toBe(age);
});
