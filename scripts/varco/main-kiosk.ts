#!/usr/bin/env node
// What `main.js` is in an install that is a kiosk only.
import { kioskCommands } from './commands-of-kiosk.ts';
import { run } from './run.ts';

await run(kioskCommands);
