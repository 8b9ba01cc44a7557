import type { Mutant } from './mutant.ts';

export const deviceMutants: readonly Mutant[] = [];
