import { expect, test } from 'vitest';
import { toMobile } from '../../../../server/portal/contact-checks.ts';

test.each([
  ['333 123 4567', '+393331234567'],
  ['333.123.456', '+39333123456'],
  ['+39 333 1234567', '+393331234567'],
  ['0039 333-123-4567', '+393331234567'],
  ['+43 (664) 1234567', '+436641234567'],
  ['00386 40 123 456', '+38640123456'],
  ['', undefined],
  ['06 1234567', undefined],
  ['333', undefined],
  ['+39', undefined],
  ['٣٣٣١٢٣٤٥٦٧', undefined],
  ['3331234567\n+393330000000', undefined],
])('%j is the mobile number %s', (typed, number) => {
  expect(toMobile(typed)).toBe(number);
});
