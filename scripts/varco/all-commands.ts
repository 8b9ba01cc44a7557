import type { CommandLoaders } from './command.ts';
import { kioskCommands } from './kiosk-only-commands.ts';
import { serverCommands } from './server-only-commands.ts';

/** All commands, for development and for machines that are kiosk and server. */
export const allCommands: CommandLoaders = { ...kioskCommands, ...serverCommands };
