import type { CommandLoaders } from './command.ts';
import { kioskCommands } from './commands-of-kiosk.ts';
import { serverCommands } from './commands-of-server.ts';

/** Every command, for a machine that is both and for those who work on varco. */
export const allCommands: CommandLoaders = { ...kioskCommands, ...serverCommands };
