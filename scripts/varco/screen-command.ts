import { Command } from 'commander';
import { pino } from 'pino';
import { BrowserKeeper, lookAtPage } from '../../hardware/display/browser-keeper.ts';
import { systemClock } from '../../shared/clock.ts';
import { untilStopped } from '../launch/until-stopped.ts';

const EXIT_GIVEN_UP = 1;

/** `varco screen`: keeps a browser on the kiosk's page, and starts it anew when it is stuck. */
export function screenCommand(): Command {
  return new Command('screen')
    .description(
      "keep a browser on the kiosk's page; it is killed and started anew when the page no longer " +
        'paints; exit 1 when no browser ever paints',
    )
    .requiredOption('--url <url>', "where the kiosk's page is, such as http://127.0.0.1:8080/")
    .argument('<command...>', 'after --: the browser and its arguments')
    .action(async ([program, ...words]: string[], { url }: { url: string }) => {
      const log = pino({ level: 'info' }, pino.destination(2));
      await new Promise<void>((resolve) => {
        const keeper = new BrowserKeeper({
          command: [program as string, ...words],
          look: () => lookAtPage(url),
          clock: systemClock,
          random: Math.random,
          onEvent: (event) => {
            log.info(event, 'screen');
            if (event.event === 'givenUp') {
              process.exitCode = EXIT_GIVEN_UP;
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
