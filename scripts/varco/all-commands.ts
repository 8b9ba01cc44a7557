import type { CommandLoaders } from './command.ts';
import { kioskCommands } from './commands-of-kiosk.ts';
import { serverCommands } from './commands-of-server.ts';

/** All commands, for development and for machines that are kiosk and server. */
export const allCommands: CommandLoaders = { ...kioskCommands, ...serverCommands };
