import { Command } from 'commander';
import { readKioskConfig, startKiosk } from '../../device/main.ts';
import { readPage } from '../launch/page-files.ts';
import { untilStopped } from '../launch/until-stopped.ts';
import { enrolCommand } from './kiosk-enrol-command.ts';
import { listCostCommand } from './kiosk-list-cost-command.ts';
import { selftestCommand } from './kiosk-selftest-command.ts';
import { printLine } from './print-line.ts';
import { restart } from './restart.ts';

/** `varco kiosk`: runs a kiosk from its config file until it is interrupted. */
export function kioskCommand(): Command {
  const command = new Command('kiosk')
    .description('run a kiosk from its config file')
    // Not a required option, or subcommands would demand it before their name too.
    .option('--config <file>', 'the config file (see device/kiosk.example.json)')
    .enablePositionalOptions()
    .addCommand(selftestCommand())
    .addCommand(enrolCommand())
    .addCommand(listCostCommand());
  return command.action(async (options: { config?: string }) => {
    if (options.config === undefined) {
      return command.error("error: required option '--config <file>' not specified");
    }
    const config = await readKioskConfig(options.config);
    const kiosk = await startKiosk(config, { page: { assets: await readPage() }, restart });
    if (kiosk.pageUrl) {
      printLine(kiosk.pageUrl);
    }
    await untilStopped(() => kiosk.stop());
  });
}
