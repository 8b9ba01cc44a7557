import { expect, test } from 'vitest';
import { highestWithin } from '../../../scripts/varco/kiosk-list-cost-command.ts';

const board = [
  { cost: 8_192, ms: 60 },
  { cost: 16_384, ms: 120 },
  { cost: 32_768, ms: 240 },
  { cost: 65_536, ms: 480 },
];

test.each([
  [250, 32_768],
  [240, 32_768],
  [239, 16_384],
  [5_000, 65_536],
  [59, undefined],
])('of what was measured, %i ms bear the cost %s', (ms, cost) => {
  expect(highestWithin(board, ms)).toBe(cost);
});

test('a higher cost that was lucky does not count', () => {
  expect(
    highestWithin(
      [
        { cost: 1, ms: 10 },
        { cost: 2, ms: 90 },
        { cost: 4, ms: 20 },
      ],
      50,
    ),
  ).toBe(1);
});
