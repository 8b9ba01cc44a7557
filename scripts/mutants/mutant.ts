/**
 * One line of product code, changed so that something that matters is wrong. The tests named must fail
 * with it; if they pass, nothing guards that line.
 */
export interface Mutant {
  /** What is wrong with it, in a few words: `a turnstile's pulse has no end`. */
  what: string;
  file: string;
  /** A text that stands in the file exactly once, and what stands there instead. */
  find: string;
  replace: string;
  /** The nearest tests, as paths or beginnings of paths; only their files run. */
  tests: readonly string[];
}
