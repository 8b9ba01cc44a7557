#!/usr/bin/env node
// Installed as `main.js` where only a kiosk runs.
import { kioskCommands } from './kiosk-only-commands.ts';
import { run } from './run.ts';

await run(kioskCommands);
