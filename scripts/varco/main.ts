#!/usr/bin/env node
import { CommanderError } from 'commander';
import { errorCode } from '../../shared/errors.ts';
import { varco } from './command.ts';

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

try {
  const command = await varco(process.argv[2]);
  await command.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`varco: ${message} (${errorCode(error)})\n`);
    process.exitCode = EXIT_FAULT;
  }
}
