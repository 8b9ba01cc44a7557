import type { ProblemCode, WarningCode } from '../problems.ts';

/** What is said of each problem and warning in one language: plain, kind, and never the code itself. */
export interface CodiceFiscaleWords {
  problems: Record<ProblemCode, string>;
  warnings: Record<WarningCode, string>;
  /** How positions are named, such as `position 9` or `positions 7, 8`. */
  positions(numbers: readonly number[]): string;
}
