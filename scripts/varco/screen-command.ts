import { Command } from 'commander';
import { pino } from 'pino';
import { BrowserKeeper, lookAtPage } from '../../hardware/display/browser-keeper.ts';
import { systemClock } from '../../shared/clock.ts';
import { untilStopped } from '../launch/until-stopped.ts';

const EXIT_GAVE_UP = 1;

/** `varco screen`: keeps a browser on the kiosk's page and restarts it when it hangs. */
export function screenCommand(): Command {
  return new Command('screen')
    .description(
      "keep a browser on the kiosk's page and restart it when the page stops painting; " +
        'exit 1 if no browser ever paints',
    )
    .requiredOption('--url <url>', "the kiosk's page, such as http://127.0.0.1:8080/")
    .argument('<command...>', 'the browser and its arguments, after --')
    .action(async (command: [string, ...string[]], { url }: { url: string }) => {
      const log = pino({ level: 'info' }, pino.destination(2));
      await new Promise<void>((resolve) => {
        const keeper = new BrowserKeeper({
          command,
          look: () => lookAtPage(url),
          clock: systemClock,
          random: Math.random,
          onEvent: (event) => {
            log.info(event, 'screen');
            if (event.event === 'givenUp') {
              process.exitCode = EXIT_GAVE_UP;
              resolve();
            }
          },
        });
        keeper.start();
        void untilStopped(() => keeper.stop()).then(resolve);
      });
      process.exit();
    });
}
