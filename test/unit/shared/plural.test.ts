import { describe, expect, test } from 'vitest';
import type { Language } from '../../../shared/language.ts';
import { counted, plural } from '../../../shared/plural.ts';

/** The numbers of the table's columns: whole ones, and one with a decimal. */
const numbers = [0, 1, 2, 3, 4, 5, 11, 21, 100, 101, 102, 103, 104, 105, 1.5];

/** CLDR's categories for them: one, two, few, many, other. */
const table: readonly [Language, string][] = [
  ['it', 'other one other other other other other other other other other other other other other'],
  ['en', 'other one other other other other other other other other other other other other other'],
  ['de', 'other one other other other other other other other other other other other other other'],
  ['fr', 'one one other other other other other other other other other other other other one'],
  ['sl', 'other one two few few other other other other one two few few other few'],
];
const forms = { one: 'one', two: 'two', few: 'few', many: 'many', other: 'other' };

describe('plural', () => {
  test.each(table)('%s', (language, categories) => {
    const found = numbers.map((count) => plural(language, count, forms));
    expect(found.join(' ')).toBe(categories);
  });

  test('a form that is left out is the last one', () => {
    expect(plural('sl', 2, { one: 'eden', other: 'drugi' })).toBe('drugi');
  });

  test('counted sets the number before its form', () => {
    const alarms = { one: 'alarm', two: 'alarma', few: 'alarmi', other: 'alarmov' };
    const said = [1, 2, 3, 5, 101, 103].map((count) => counted('sl', count, alarms));
    expect(said).toEqual([
      '1 alarm',
      '2 alarma',
      '3 alarmi',
      '5 alarmov',
      '101 alarm',
      '103 alarmi',
    ]);
  });
});
