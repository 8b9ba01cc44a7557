import { Command, Option } from 'commander';
import { pinLetter } from '../../server/login/pin-letter.ts';
import { writeOwnerOnly } from '../launch/owner-only-file.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

/** `varco pin`: issues PINs with which citizens log in, where the config permits it. */
export function pinCommand(): Command {
  const issue = new Command('issue')
    .description(
      'issue a PIN: one half is sent as a message, the other is printed in a letter (PDF)',
    )
    .addOption(configOption())
    .requiredOption('--code <codice fiscale>', "the person's codice fiscale")
    .requiredOption('--letter <file>', 'the PDF to write, readable only by you')
    .addOption(
      new Option('--by <channel>', 'how the first half is sent')
        .choices(['email', 'sms'])
        .default('email'),
    )
    .action(
      async (options: { config: string; code: string; letter: string; by: 'email' | 'sms' }) => {
        const { config, code, letter, by } = options;
        await withApp(config, async ({ app, config: { web, host } }) => {
          const { secondHalf, name } = await app.logins.pins.issue(code, by);
          const address = `${web?.origin ?? `https://${host}`}/login/pin`;
          const pdf = await pinLetter({ name, secondHalf, address, now: Date.now() });
          await writeOwnerOnly(letter, pdf);
          await app.logins.log.write({
            event: 'account',
            way: 'cli',
            account: code,
            reason: 'pinIssued',
          });
          printLine(letter);
        });
      },
    );
  return new Command('pin').description('PINs with which citizens log in').addCommand(issue);
}
