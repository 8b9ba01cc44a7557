import { Command } from 'commander';
import { cfCommand } from './cf.ts';
import { decodeCommand } from './decode.ts';
import { kioskCommand } from './kiosk.ts';
import { serverCommand } from './server.ts';

/** The `varco` command. A usage error is thrown as commander's own error; see `main.ts` for exit codes. */
export function varco(): Command {
  const command = new Command('varco')
    .description('Verification kiosk and service: a QR code and a codice fiscale open the gate.')
    .addCommand(serverCommand())
    .addCommand(kioskCommand())
    .addCommand(decodeCommand())
    .addCommand(cfCommand());
  throwUsageErrors(command);
  return command;
}

/** Every subcommand reports its usage errors the same way as the command itself. */
function throwUsageErrors(command: Command): void {
  command.exitOverride().showHelpAfterError();
  for (const child of command.commands) {
    throwUsageErrors(child);
  }
}
