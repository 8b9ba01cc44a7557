import { access } from 'node:fs/promises';
import { Command } from 'commander';
import { openStore } from '../../server/store/open-store.ts';
import { VarcoError } from '../../shared/errors.ts';
import { configOption, printLine, readConfig } from './open-app.ts';

/** `varco backup`: copies an SQLite database while the server uses it. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('copy the database to a file while it is in use; back the keyring up elsewhere')
    .argument('<file>', 'where to; it must not be there')
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nTo restore: stop the server, put the file in the place of the database.',
    )
    .action(async (file: string, options: { config: string }) => {
      const { database } = await readConfig(options.config);
      if (
        await access(file).then(
          () => true,
          () => false,
        )
      ) {
        throw new VarcoError('backupFailed', `${file} is there already`);
      }
      const store = await openStore(database);
      try {
        await store.backup(file);
      } finally {
        await store.close();
      }
      printLine(file);
    });
}
