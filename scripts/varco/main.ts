#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { errorCode } from '../../shared/errors.ts';
import { decodeCommand } from './decode.ts';
import { kioskCommand } from './kiosk.ts';
import { serverCommand } from './server.ts';

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

/** The `varco` command. Usage errors exit with 2, faults with 1. */
function varco(): Command {
  return new Command('varco')
    .description('Verification kiosk and service: a QR code and a codice fiscale open the gate.')
    .showHelpAfterError()
    .exitOverride()
    .addCommand(serverCommand())
    .addCommand(kioskCommand())
    .addCommand(decodeCommand());
}

try {
  await inheritExit(varco()).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`varco: ${message} (${errorCode(error)})\n`);
    process.exitCode = EXIT_FAULT;
  }
}

/** Every subcommand reports its usage errors the same way as the command itself. */
function inheritExit(command: Command): Command {
  for (const child of command.commands) {
    child.exitOverride().showHelpAfterError();
    inheritExit(child);
  }
  return command;
}
