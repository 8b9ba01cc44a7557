#!/usr/bin/env node
import { serverCommands } from './commands-of-server.ts';
// Installed as `main.js` where only the service runs.
import { run } from './run.ts';

await run(serverCommands);
