import { expect, test } from 'vitest';
import { backoffMs } from '../../../shared/backoff.ts';

const limits = { firstMs: 500, longestMs: 60_000, factor: 2 };
const almostOne = 1 - Number.EPSILON / 2;

test('the ceiling grows with every attempt, up to the longest', () => {
  const ceilings = Array.from({ length: 10 }, (_, attempt) =>
    Math.ceil(backoffMs(attempt, { ...limits, firstMs: 1_000 }, almostOne) / 1_000),
  );
  expect(ceilings).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

test.each([0, 1, 5, 64, 1_000, Number.MAX_SAFE_INTEGER])(
  'attempt %i is drawn from nothing to its ceiling',
  (attempt) => {
    expect(backoffMs(attempt, limits, 0)).toBe(0);
    const half = backoffMs(attempt, limits, 0.5);
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThanOrEqual(limits.longestMs / 2);
  },
);
