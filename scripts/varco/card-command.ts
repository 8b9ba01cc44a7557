import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { VarcoError } from '../../shared/errors.ts';
import { configOption, printLine, withApp } from './open-app.ts';

const ACTOR = 'command';

interface Options {
  config: string;
  reason: string;
  photo?: string;
  json?: boolean;
}

/** `varco card`: the requests for Disability Cards, where staff looks at the photo first. */
export function cardCommand(): Command {
  return new Command('card')
    .description('requests for Disability Cards whose photo waits to be looked at')
    .addCommand(listCommand())
    .addCommand(photoCommand())
    .addCommand(issueCommand())
    .addCommand(refuseCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('the requests that wait, the oldest first')
    .addOption(configOption())
    .option('--json', 'one JSON object a line')
    .action(async ({ config, json }: Options) => {
      const waiting = await withApp(config, ({ app }) => app.disabilityCards.pendingRequests());
      for (const { id, requestedAt } of waiting) {
        const at = new Date(requestedAt).toISOString();
        printLine(json ? JSON.stringify({ id, requestedAt: at }) : `${id}  ${at}`);
      }
    });
}

function photoCommand(): Command {
  return new Command('photo')
    .description(
      'write a waiting request’s photo to a file of your own (0600); remove it afterwards',
    )
    .argument('<id>', "the request's id")
    .requiredOption('--photo <file>', 'where to')
    .addOption(configOption())
    .action(async (id: string, { config, photo: file = '' }: Options) => {
      const photo = await withApp(config, async ({ app: { disabilityCards } }) => {
        const request = (await disabilityCards.pendingRequests()).find((one) => one.id === id);
        return request && disabilityCards.photo(request.personId);
      });
      if (!photo) {
        throw new VarcoError('cardUnknown', 'There is no request for a card that waits');
      }
      await writeFile(file, photo, { mode: 0o600, flag: 'wx' });
    });
}

function issueCommand(): Command {
  return new Command('issue')
    .description('the photo will do: the person gets the card')
    .argument('<id>', "the request's id")
    .addOption(configOption())
    .action(async (id: string, { config }: Options) => {
      await withApp(config, ({ app }) => app.disabilityCards.issue(id, { actor: ACTOR }));
    });
}

function refuseCommand(): Command {
  return new Command('refuse')
    .description('the photo will not do; the person sees why, and may ask again')
    .argument('<id>', "the request's id")
    .requiredOption('--reason <words>', 'why, for the person')
    .addOption(configOption())
    .action(async (id: string, { config, reason }: Options) => {
      await withApp(config, ({ app }) => app.disabilityCards.refuse(id, { actor: ACTOR, reason }));
    });
}
