import type { BenchRow } from './bench-context.ts';

type Goal = Pick<BenchRow, 'goal' | 'met'>;

/** The goal of a figure that should not exceed a limit; none without a limit. */
export function atMost(value: number, limit: number | undefined, goal = `≤ ${limit}`): Goal {
  return limit === undefined ? {} : { goal, met: value <= limit };
}

/** The goal of a figure that should reach a limit; none without a limit. */
export function atLeast(value: number, limit: number | undefined, goal = `≥ ${limit}`): Goal {
  return limit === undefined ? {} : { goal, met: value >= limit };
}
