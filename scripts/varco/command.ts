import { Command } from 'commander';

/** Commands by name. Each one's file is read only when it is asked for: most need a tenth of the whole. */
export type CommandLoaders = Readonly<Record<string, () => Promise<Command>>>;

/**
 * The `varco` command. A usage error is thrown as commander's own error; see `run.ts` for exit codes.
 *
 * @param loaders the commands of this install.
 * @param only the one command that is asked for; all of them without it, or if there is no such command.
 */
export async function varco(loaders: CommandLoaders, only?: string): Promise<Command> {
  const command = new Command('varco').description(
    'Verification kiosk and service: a QR code and a codice fiscale open the gate.',
  );
  const one = only !== undefined && Object.hasOwn(loaders, only) ? loaders[only] : undefined;
  for (const load of one ? [one] : Object.values(loaders)) {
    command.addCommand(await load());
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
