import type { Mutant } from './mutant.ts';

export const hardwareMutants: readonly Mutant[] = [];
