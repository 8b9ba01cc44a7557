import { Command } from 'commander';
import { VERSION } from '../../shared/version.ts';

/** Commands by name, each loaded on demand: most need only a tenth of the code. */
export type CommandLoaders = Readonly<Record<string, () => Promise<Command>>>;

/**
 * The `varco` command. Usage errors are thrown as commander's own; `run.ts` turns them into exit codes.
 *
 * @param loaders the commands of this install.
 * @param only the first argument: loads only the command of this name, and all if there is none.
 */
export async function varco(loaders: CommandLoaders, only?: string): Promise<Command> {
  const command = new Command('varco')
    .description('Verification kiosk and service: a QR code and a codice fiscale open the gate.')
    .version(VERSION, '--version', 'print the version');
  for (const load of wanted(loaders, only)) {
    command.addCommand(await load());
  }
  throwUsageErrors(command);
  return command;
}

function wanted(loaders: CommandLoaders, only: string | undefined) {
  if (only === '--version') {
    return [];
  }
  const one = only !== undefined && Object.hasOwn(loaders, only) ? loaders[only] : undefined;
  return one ? [one] : Object.values(loaders);
}

/** Makes every subcommand throw its usage errors too, after printing its help. */
function throwUsageErrors(command: Command): void {
  // An option belongs to the subcommand that precedes it.
  command.exitOverride().showHelpAfterError().enablePositionalOptions();
  for (const child of command.commands) {
    throwUsageErrors(child);
  }
}
