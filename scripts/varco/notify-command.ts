import { Command, InvalidArgumentError, Option } from 'commander';
import { commandLine } from '../../server/fleet/access/actor.ts';
import type { MessageRow } from '../../server/notify/message-outbox.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  state?: string;
  limit: number;
  json?: boolean;
}

const states = ['waiting', 'sending', 'delivered', 'dead', 'expired', 'dropped'];

/** `varco notify`: lists the outbox, retries dead letters and drops messages. */
export function notifyCommand(): Command {
  return new Command('notify')
    .description('messages to people: the outbox and its dead letters')
    .addCommand(listCommand())
    .addCommand(retryCommand())
    .addCommand(dropCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('list messages, newest first, without recipients and texts')
    .addOption(new Option('--state <state>', 'only those in this state').choices(states))
    .option('--limit <count>', 'how many at most', count, 100)
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async ({ config, state, limit, json }: Options) => {
      const rows = await withApp(config, ({ app }) =>
        app.notify.outbox.list(commandLine, state, limit),
      );
      for (const row of rows) {
        printLine(json ? JSON.stringify(row) : lineOf(row));
      }
    });
}

function retryCommand(): Command {
  return new Command('retry')
    .description('send a dead letter again, once its cause is fixed')
    .argument('<id>', "the message's id")
    .addOption(configOption())
    .action(async (id: string, { config }: Options) => {
      await withApp(config, ({ app }) => app.notify.outbox.retry(commandLine, id));
    });
}

function dropCommand(): Command {
  return new Command('drop')
    .description('give up a waiting or dead message, and delete it')
    .argument('<id>', "the message's id")
    .addOption(configOption())
    .action(async (id: string, { config }: Options) => {
      await withApp(config, ({ app }) => app.notify.outbox.drop(commandLine, id));
    });
}

function lineOf(row: MessageRow): string {
  const { id, state, channel, template, createdAt, attempts, lastCode } = row;
  const tried = attempts > 0 ? `  ${attempts} tries` : '';
  const why = lastCode === null ? '' : `  ${lastCode}`;
  return `${id}  ${new Date(createdAt).toISOString()}  ${state}  ${channel}  ${template}${tried}${why}`;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new InvalidArgumentError('A number from 1 to 1000.');
  }
  return value;
}
