import type { Verdict } from '../../shared/verdict.ts';

/** A verdict and when it was decided; repeating the same request returns the same two. */
export interface Answer {
  verdict: Verdict;
  decidedAt: number;
}
