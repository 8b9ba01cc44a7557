import { Command } from 'commander';
import { startServer } from '../../server/main.ts';
import { untilStopped } from '../launch/until-stopped.ts';
import { configOption, readConfig } from './open-app.ts';
import { printLine } from './print-line.ts';

/** `varco server`: runs the server until it is interrupted. */
export function serverCommand(): Command {
  return new Command('server')
    .description('run the server from its config file')
    .addOption(configOption())
    .action(async (options: { config: string }) => {
      const server = await startServer(await readConfig(options.config));
      printLine(server.url);
      if (server.administratorLink) {
        printLine(`The first administrator, once: ${server.administratorLink}`);
      }
      await untilStopped(() => server.stop());
    });
}
