import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { pinLetter } from '../../server/login/pin-letter.ts';
import { configOption, printLine, withApp } from './open-app.ts';

/** `varco pin`: the PIN with which a citizen may log in, where the config lets it. */
export function pinCommand(): Command {
  const issue = new Command('issue')
    .description('make a PIN: one half goes out by message, the other into a letter (PDF)')
    .addOption(configOption())
    .requiredOption('--code <codice fiscale>', 'whose PIN it is')
    .requiredOption('--letter <file>', 'where the letter is written, readable by you only')
    .addOption(
      new Option('--by <channel>', 'how the first half travels')
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
          await writeFile(letter, pdf, { mode: 0o600 });
          const event = {
            event: 'account',
            way: 'cli',
            account: code,
            reason: 'pinIssued',
          } as const;
          await app.logins.log.write(event);
          printLine(letter);
        });
      },
    );
  return new Command('pin')
    .description('the PIN with which a citizen may log in')
    .addCommand(issue);
}
