import { CommanderError } from 'commander';
import { errorCode } from '../../shared/errors.ts';
import { printable } from '../../shared/isolated-text.ts';
import { keepFilesPrivate } from '../launch/owner-only-file.ts';
import { type CommandLoaders, varco } from './command.ts';

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

/** Runs the command that the process was started with, and sets its exit code. */
export async function run(loaders: CommandLoaders): Promise<void> {
  keepFilesPrivate();
  try {
    const command = await varco(loaders, process.argv[2]);
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
    } else {
      const message = error instanceof Error ? error.message : String(error);
      process.stderr.write(`varco: ${printable(message)} (${errorCode(error)})\n`);
      process.exitCode = EXIT_FAULT;
    }
  }
}
