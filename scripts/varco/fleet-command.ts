import { Command } from 'commander';
import { enrolCommand } from './fleet-enrol-command.ts';
import { gatesCommand, sitesCommand } from './fleet-places-command.ts';
import { simulateCommand } from './fleet-simulate-command.ts';
import { tokenCommand } from './fleet-token-command.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

/** `varco fleet`: sites, gates, enrolment, API tokens, the state of kiosks, and simulated kiosks. */
export function fleetCommand(): Command {
  return new Command('fleet')
    .description('sites, gates and their kiosks')
    .addCommand(sitesCommand())
    .addCommand(gatesCommand())
    .addCommand(enrolCommand())
    .addCommand(statusCommand())
    .addCommand(tokenCommand())
    .addCommand(simulateCommand());
}

const EXIT_NOT_ALL_WELL = 1;

function statusCommand(): Command {
  return new Command('status')
    .description('the state of every kiosk as of its last message; exit 1 unless all are online')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async ({ config, json }: { config: string; json?: boolean }) => {
      await withApp(config, async ({ app }) => {
        await app.fleet.open();
        for (const row of app.fleet.rows()) {
          const seen = row.lastSeenAt === null ? '-' : new Date(row.lastSeenAt).toISOString();
          const faults = row.faults.length > 0 ? `  ${row.faults.join(', ')}` : '';
          const line = `${row.id}  ${row.siteId}  ${row.presence}  ${seen}${faults}`;
          printLine(json ? JSON.stringify(row) : line);
          process.exitCode = row.presence === 'online' ? process.exitCode : EXIT_NOT_ALL_WELL;
        }
      });
    });
}
