#!/usr/bin/env node
import { allCommands } from './all-commands.ts';
import { run } from './run.ts';

await run(allCommands);
