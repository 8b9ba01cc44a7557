import { Command } from 'commander';
import { VarcoError } from '../../shared/errors.ts';
import { writeOwnerOnly } from '../launch/owner-only-file.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

const ACTOR = 'command';

interface Options {
  config: string;
  reason: string;
  photo?: string;
  json?: boolean;
}

/** `varco card`: requests for Disability Cards, each issued once staff has checked its photo. */
export function cardCommand(): Command {
  return new Command('card')
    .description('requests for Disability Cards whose photo is yet to be checked')
    .addCommand(listCommand())
    .addCommand(photoCommand())
    .addCommand(issueCommand())
    .addCommand(refuseCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list pending requests, oldest first')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
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
    .description('write the photo of a pending request to a file (mode 0600); delete it afterwards')
    .argument('<id>', "the request's id")
    .requiredOption('--photo <file>', 'the file to write; it must not exist yet')
    .addOption(configOption())
    .action(async (id: string, { config, photo: file = '' }: Options) => {
      const photo = await withApp(config, async ({ app: { disabilityCards } }) => {
        const request = (await disabilityCards.pendingRequests()).find((one) => one.id === id);
        return request && disabilityCards.photo(request.personId);
      });
      if (!photo) {
        throw new VarcoError('cardUnknown', 'There is no pending request with this id');
      }
      await writeOwnerOnly(file, photo, 'wx');
    });
}

function issueCommand(): Command {
  return new Command('issue')
    .description('accept the photo and issue the card')
    .argument('<id>', "the request's id")
    .addOption(configOption())
    .action(async (id: string, { config }: Options) => {
      await withApp(config, ({ app }) => app.disabilityCards.issue(id, { actor: ACTOR }));
    });
}

function refuseCommand(): Command {
  return new Command('refuse')
    .description('reject the photo; the person sees the reason and may apply again')
    .argument('<id>', "the request's id")
    .requiredOption('--reason <words>', 'the reason, as shown to the person')
    .addOption(configOption())
    .action(async (id: string, { config, reason }: Options) => {
      await withApp(config, ({ app }) => app.disabilityCards.refuse(id, { actor: ACTOR, reason }));
    });
}
