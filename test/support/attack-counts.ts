import { TestRunner } from 'vitest';

/** What one test tried. */
export interface AttackCounts {
  /** Inputs, requests or guesses that were tried. */
  inputs: number;
  /** Of them, those that were refused, where a test counts it. */
  refused?: number;
  /** Failures that no caller expects: an exception that is no refusal, a 500, a process that died. */
  crashes?: number;
  /** Inputs that were not answered within the bound of the test. */
  hangs?: number;
}

declare module 'vitest' {
  interface TaskMeta {
    attack?: AttackCounts;
  }
}

/** Counts what the running test tried, for the table of `npm run test:attack`. Calls add up. */
export function countAttacks(counts: AttackCounts): void {
  const meta = TestRunner.getCurrentTest()?.meta;
  if (!meta) {
    throw new Error('Attacks are counted inside of a test');
  }
  meta.attack = addCounts(meta.attack, counts);
}

export function addCounts(one: AttackCounts | undefined, other: AttackCounts | undefined) {
  const sum = (name: keyof AttackCounts) => (one?.[name] ?? 0) + (other?.[name] ?? 0);
  return {
    inputs: sum('inputs'),
    refused: sum('refused'),
    crashes: sum('crashes'),
    hangs: sum('hangs'),
  };
}
