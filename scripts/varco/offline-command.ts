import { Command } from 'commander';
import { VarcoError } from '../../shared/errors.ts';
import { untilStopped } from '../launch/until-stopped.ts';
import { configOption, withApp } from './open-app.ts';

/** `varco offline`: publishes the lists that gates decide by while the network is down. */
export function offlineCommand(): Command {
  return new Command('offline').description("the gates' offline lists").addCommand(
    new Command('publish')
      .description(
        'publish and refresh the lists until interrupted, for servers with offlineLists.publish false',
      )
      .addOption(configOption())
      .action(({ config }: { config: string }) =>
        withApp(config, async ({ app }) => {
          const { offlineLists } = app;
          if (!offlineLists) {
            throw new VarcoError('offlineListsOff', 'The config has no offlineLists');
          }
          await offlineLists.publisher.start();
          await untilStopped(() => offlineLists.stop());
        }),
      ),
  );
}
