import type { CommandLoaders } from './command.ts';

/** Commands for the machine of the service; none of them opens hardware. */
export const serverCommands: CommandLoaders = {
  server: async () => (await import('./server-command.ts')).serverCommand(),
  cf: async () => (await import('./cf-command.ts')).cfCommand(),
  registry: async () => (await import('./registry-command.ts')).registryCommand(),
  credential: async () => (await import('./credential-command.ts')).credentialCommand(),
  verify: async () => (await import('./verify-command.ts')).verifyCommand(),
  policy: async () => (await import('./policy-command.ts')).policyCommand(),
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
