import { VarcoError } from '../../../shared/errors.ts';
import type { Random } from './mutator.ts';

/** What a parser made of an input: it took it, or it refused it in the way that its callers expect. */
export type Outcome = 'accepted' | 'refused';

/** One input, and the parser's work on it, which throws only if the parser is at fault. */
export interface Attempt {
  input: unknown;
  parse: () => Outcome | Promise<Outcome>;
}

/** A parser under attack. */
export interface ParserTarget {
  /** How many inputs it gets in a long run. */
  inputs: number;
  /** Loads what it needs and gives the maker of inputs. */
  open: () => ((random: Random) => Attempt) | Promise<(random: Random) => Attempt>;
}

export type ParserTargets = Readonly<Record<string, ParserTarget>>;

/** Runs a parser that refuses by a {@link VarcoError}; anything else that it throws is a fault. */
export function refusing(parse: () => unknown): Outcome {
  try {
    parse();
    return 'accepted';
  } catch (error) {
    if (error instanceof VarcoError) {
      return 'refused';
    }
    throw error;
  }
}

export async function refusingLater(parse: () => Promise<unknown>): Promise<Outcome> {
  try {
    await parse();
    return 'accepted';
  } catch (error) {
    if (error instanceof VarcoError) {
      return 'refused';
    }
    throw error;
  }
}

/** @throws Error when something that must hold of every result does not. */
export function must(holds: boolean, what: string): void {
  if (!holds) {
    throw new Error(`A result that must not be: ${what}`);
  }
}
