import type { CommandLoaders } from './command.ts';

/** What runs in the server room; nothing of it opens hardware. */
export const serverCommands: CommandLoaders = {
  server: async () => (await import('./server.ts')).serverCommand(),
  cf: async () => (await import('./cf.ts')).cfCommand(),
  registry: async () => (await import('./registry.ts')).registryCommand(),
  credential: async () => (await import('./credential.ts')).credentialCommand(),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  audit: async () => (await import('./audit.ts')).auditCommand(),
  offline: async () => (await import('./offline.ts')).offlineCommand(),
  card: async () => (await import('./card.ts')).cardCommand(),
  notify: async () => (await import('./notify.ts')).notifyCommand(),
  pin: async () => (await import('./pin.ts')).pinCommand(),
  staff: async () => (await import('./staff.ts')).staffCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  fleet: async () => (await import('./fleet.ts')).fleetCommand(),
  backup: async () => (await import('./backup.ts')).backupCommand(),
};
