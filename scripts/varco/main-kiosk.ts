#!/usr/bin/env node
// Installed as `main.js` where only a kiosk runs.
import { kioskCommands } from './commands-of-kiosk.ts';
import { run } from './run.ts';

await run(kioskCommands);
