import type { CommandLoaders } from './command.ts';
import { kioskCommands } from './kiosk-commands.ts';
import { serverCommands } from './server-commands.ts';

/** Every command, for a machine that is both and for those who work on varco. */
export const allCommands: CommandLoaders = { ...kioskCommands, ...serverCommands };
