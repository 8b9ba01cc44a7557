import { Command } from 'commander';
import { readServerConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';
import { untilStopped } from './until-stopped.ts';

/** `varco server`: runs a server from its config file until it is told to stop. */
export function serverCommand(): Command {
  return new Command('server')
    .description('run a server from its config file')
    .requiredOption('--config <file>', 'the config file (see server/server.example.json)')
    .action(async (options: { config: string }) => {
      const config = await readServerConfig(options.config, process.env);
      const server = await startServer(config);
      process.stdout.write(`${server.url}\n`);
      await untilStopped(() => server.stop());
    });
}
