import type { Verdict } from '../../shared/verdict.ts';

/** A verdict, and when it was decided: a repeat of the same request gets both again. */
export interface Answer {
  verdict: Verdict;
  decidedAt: number;
}
