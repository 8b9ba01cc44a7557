import { Command } from 'commander';
import { openStore } from '../../server/store/open-store.ts';
import { configOption, readConfig } from './open-app.ts';
import { printLine } from './print-line.ts';

/** `varco backup`: copies an SQLite database while the server uses it. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the database to a file while it is in use; back up the keyring separately')
    .argument('<file>', 'the copy; it must not exist yet')
    .addOption(configOption())
    .addHelpText('after', '\nTo restore: stop the server and replace its database with this file.')
    .action(async (file: string, options: { config: string }) => {
      const { database } = await readConfig(options.config);
      const store = await openStore(database);
      try {
        await store.backup(file);
      } finally {
        await store.close();
      }
      printLine(file);
    });
}
