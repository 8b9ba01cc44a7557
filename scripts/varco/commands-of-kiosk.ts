import type { CommandLoaders } from './command.ts';

/** Commands for kiosks and technicians; none of them loads the server. */
export const kioskCommands: CommandLoaders = {
  kiosk: async () => (await import('./kiosk-command.ts')).kioskCommand(),
  screen: async () => (await import('./screen-command.ts')).screenCommand(),
  decode: async () => (await import('./decode-command.ts')).decodeCommand(),
  scan: async () => (await import('./scan-command.ts')).scanCommand(),
};
