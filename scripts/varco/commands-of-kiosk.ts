import type { CommandLoaders } from './command.ts';

/** What a gate and a technician's bench need; nothing of it opens the server's rooms. */
export const kioskCommands: CommandLoaders = {
  kiosk: async () => (await import('./kiosk-command.ts')).kioskCommand(),
  screen: async () => (await import('./screen-command.ts')).screenCommand(),
  decode: async () => (await import('./decode-command.ts')).decodeCommand(),
  scan: async () => (await import('./scan-command.ts')).scanCommand(),
};
