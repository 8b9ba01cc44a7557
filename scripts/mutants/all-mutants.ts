import { deviceMutants } from './device-mutants.ts';
import { hardwareMutants } from './hardware-mutants.ts';
import { loginMutants } from './login-mutants.ts';
import type { Mutant } from './mutant.ts';
import { serverMutants } from './server-mutants.ts';
import { sharedMutants } from './shared-mutants.ts';

export const allMutants: readonly Mutant[] = [
  ...sharedMutants,
  ...hardwareMutants,
  ...deviceMutants,
  ...serverMutants,
  ...loginMutants,
];
