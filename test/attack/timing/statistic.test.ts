import { expect, test } from 'vitest';
import { interleave, toldApart } from '../../support/interleaved.ts';

test('the statistic sees a millisecond between two causes, and none where there is none', {
  timeout: 120_000,
}, async () => {
  const tick = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 10));
  const late = async () => {
    await tick();
    const until = performance.now() + 1.5;
    while (performance.now() < until) {
      // Spent, and not waited for: a timer's own grain is a millisecond.
    }
  };
  const rounds = 100;
  const alike = await interleave({ one: tick, other: tick }, { rounds, lanes: 20 });
  expect(toldApart(alike)).toEqual([]);
  const apart = await interleave({ one: tick, other: late }, { rounds, lanes: 20 });
  expect(toldApart(apart)).toHaveLength(1);
});
