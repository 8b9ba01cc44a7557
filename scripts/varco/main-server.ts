#!/usr/bin/env node
import { serverCommands } from './commands-of-server.ts';
// What `main.js` is in an install that is a server only.
import { run } from './run.ts';

await run(serverCommands);
