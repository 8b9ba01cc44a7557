#!/usr/bin/env node
// What `main.js` is in an install that is a kiosk only.
import { kioskCommands } from './kiosk-commands.ts';
import { run } from './run.ts';

await run(kioskCommands);
