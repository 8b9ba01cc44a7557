#!/usr/bin/env node
// What `main.js` is in an install that is a server only.
import { run } from './run.ts';
import { serverCommands } from './server-commands.ts';

await run(serverCommands);
