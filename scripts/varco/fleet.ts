import { Command } from 'commander';
import { simulateCommand } from './fleet-simulate.ts';

/** `varco fleet`: many kiosks at once. */
export function fleetCommand(): Command {
  return new Command('fleet').description('kiosks by the hundred').addCommand(simulateCommand());
}
