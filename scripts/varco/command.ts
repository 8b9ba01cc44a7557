import { Command } from 'commander';

/** Each command's file is read only when it is asked for: most need a tenth of the whole. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  server: async () => (await import('./server-command.ts')).serverCommand(),
  kiosk: async () => (await import('./kiosk-command.ts')).kioskCommand(),
  screen: async () => (await import('./screen-command.ts')).screenCommand(),
  decode: async () => (await import('./decode-command.ts')).decodeCommand(),
  scan: async () => (await import('./scan-command.ts')).scanCommand(),
  cf: async () => (await import('./cf-command.ts')).cfCommand(),
  registry: async () => (await import('./registry-command.ts')).registryCommand(),
  credential: async () => (await import('./credential-command.ts')).credentialCommand(),
  verify: async () => (await import('./verify-command.ts')).verifyCommand(),
  audit: async () => (await import('./audit-command.ts')).auditCommand(),
  offline: async () => (await import('./offline-command.ts')).offlineCommand(),
  card: async () => (await import('./card-command.ts')).cardCommand(),
  notify: async () => (await import('./notify-command.ts')).notifyCommand(),
  pin: async () => (await import('./pin-command.ts')).pinCommand(),
  staff: async () => (await import('./staff-command.ts')).staffCommand(),
  keys: async () => (await import('./keys-command.ts')).keysCommand(),
  fleet: async () => (await import('./fleet-command.ts')).fleetCommand(),
  backup: async () => (await import('./backup-command.ts')).backupCommand(),
};

/**
 * The `varco` command. A usage error is thrown as commander's own error; see `main.ts` for exit codes.
 *
 * @param only the one command that is asked for; all of them without it, or if there is no such command.
 */
export async function varco(only?: string): Promise<Command> {
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
