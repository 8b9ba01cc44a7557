import type { Mutant } from './mutant.ts';

export const sharedMutants: readonly Mutant[] = [];
