#!/usr/bin/env node
// Installed as `main.js` where only the service runs.
import { run } from './run.ts';
import { serverCommands } from './server-only-commands.ts';

await run(serverCommands);
