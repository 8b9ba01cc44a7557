import { Command } from 'commander';
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { cfCommand } from './cf.ts';
import { credentialCommand } from './credential.ts';
import { decodeCommand } from './decode.ts';
import { keysCommand } from './keys.ts';
import { kioskCommand } from './kiosk.ts';
import { registryCommand } from './registry.ts';
import { scanCommand } from './scan.ts';
import { serverCommand } from './server.ts';
import { verifyCommand } from './verify.ts';

/** The `varco` command. A usage error is thrown as commander's own error; see `main.ts` for exit codes. */
export function varco(): Command {
  const command = new Command('varco').description(
    'Verification kiosk and service: a QR code and a codice fiscale open the gate.',
  );
  const children = [
    serverCommand(),
    kioskCommand(),
    decodeCommand(),
    scanCommand(),
    cfCommand(),
    registryCommand(),
    credentialCommand(),
    verifyCommand(),
    auditCommand(),
    keysCommand(),
    backupCommand(),
  ];
  for (const child of children) {
    command.addCommand(child);
  }
  throwUsageErrors(command);
  return command;
}

/** Every subcommand reports its usage errors the same way as the command itself. */
function throwUsageErrors(command: Command): void {
  // Options belong to the subcommand whose name stands before them.
  command.exitOverride().showHelpAfterError().enablePositionalOptions();
  for (const child of command.commands) {
    throwUsageErrors(child);
  }
}
