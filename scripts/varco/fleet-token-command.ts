import { Command, InvalidArgumentError, Option } from 'commander';
import { commandLine } from '../../server/fleet/access/actor.ts';
import { type Scope, scopes } from '../../server/fleet/access/permissions.ts';
import { type Role, roles } from '../../server/fleet/access/roles.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  json?: boolean;
}

/** `varco fleet token`: creates, lists and revokes API tokens for programs. */
export function tokenCommand(): Command {
  return new Command('token')
    .description('tokens for programs that use /api/v1 and /metrics')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('create a token and print it, only once')
    .requiredOption('--title <words>', 'what it is for')
    .addOption(
      new Option('--scope <scope...>', 'what it may be used for')
        .choices(scopes)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--role <role>', 'limits it to what this role may do')
        .choices(roles)
        .default('viewer'),
    )
    .option('--site <id...>', 'only for these sites; for all if omitted')
    .option('--days <number>', 'how many days it is valid', days, 90)
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(
      async (
        options: Options & {
          title: string;
          scope: Scope[];
          role: Role;
          site?: string[];
          days: number;
        },
      ) => {
        const { config, json, title, scope: scopes, role, site: sites = 'all', days } = options;
        const { token, about } = await withApp(config, ({ app }) =>
          app.fleet.tokens.create(commandLine, { title, scopes, role, sites, days }),
        );
        printLine(json ? JSON.stringify({ token, ...about }) : token);
      },
    );
}

function listCommand(): Command {
  return new Command('list')
    .description('list the tokens, without their secrets')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async ({ config, json }: Options) => {
      for (const one of await withApp(config, ({ app }) => app.fleet.tokens.list(commandLine))) {
        const until = new Date(one.expiresAt).toISOString().slice(0, 10);
        const state = one.revokedAt === undefined ? `until ${until}` : 'revoked';
        const line = `${one.id}  ${one.title}  ${one.role}  ${one.scopes.join(',')}  ${state}`;
        printLine(json ? JSON.stringify(one) : line);
      }
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a token at once')
    .argument('<id>', "the token's id")
    .addOption(configOption())
    .action(async (id: string, { config }: Options) => {
      await withApp(config, ({ app }) => app.fleet.tokens.revoke(commandLine, id));
    });
}

function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 366) {
    throw new InvalidArgumentError('a whole number from 1 to 366.');
  }
  return value;
}
