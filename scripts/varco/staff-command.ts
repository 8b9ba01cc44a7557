import { Argument, Command, Option } from 'commander';
import { commandLine } from '../../server/fleet/access/actor.ts';
import { type Role, roles } from '../../server/fleet/access/roles.ts';
import { invitationLink, parseSites } from '../../server/login/staff-accounts.ts';
import type { StaffAccount } from '../../server/login/staff-rows.ts';
import { VarcoError } from '../../shared/errors.ts';
import { configOption, type OpenApp, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

/** `varco staff`: accounts of operators and administrators, and the log of logins. */
export function staffCommand(): Command {
  return new Command('staff')
    .description('accounts of operators and administrators, and the log of logins')
    .addCommand(inviteCommand())
    .addCommand(listCommand())
    .addCommand(disableCommand())
    .addCommand(resetCommand())
    .addCommand(logCommand());
}

interface Options {
  config: string;
  json?: boolean;
}

function inviteCommand(): Command {
  return new Command('invite')
    .description('create an account and print the one-time link with which its owner activates it')
    .addOption(configOption())
    .addOption(new Option('--role <role>', 'its role').choices(roles).makeOptionMandatory())
    .option('--sites <ids>', 'the ids of its sites, separated by commas, or "all"', 'all')
    .option('--name <name>', "its owner's name")
    .option('--email <address>', 'the address its owner logs in with')
    .option('--json', 'one JSON object per line')
    .action(
      async (options: Options & { role: Role; sites: string; name?: string; email?: string }) => {
        const { config, role, sites, name, email, json } = options;
        await withApp(config, async (open) => {
          const terms = { role, sites: parseSites(sites) };
          const { accountId, secret } = await open.app.logins.staff.invite(commandLine, terms, {
            name,
            email,
          });
          await note(open, email ?? accountId, `invited as ${role}`);
          const link = linkOf(open, secret);
          printLine(json ? JSON.stringify({ account: accountId, link }) : link);
        });
      },
    );
}

function listCommand(): Command {
  return new Command('list')
    .description('list the accounts: id, state, role, sites and owner')
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async ({ config, json }: Options) => {
      const accounts = await withApp(config, ({ app }) => app.logins.staff.all());
      for (const account of accounts) {
        printLine(json ? JSON.stringify(account) : describe(account));
      }
    });
}

function describe({ id, state, role, sites, name, email, passkeys }: StaffAccount): string {
  const where = sites === 'all' ? 'all' : sites.join(',');
  const keys = passkeys > 0 ? `${passkeys} passkeys` : '';
  return [id, state, role, where, name, email, keys].filter((part) => part !== '').join('  ');
}

function disableCommand(): Command {
  return new Command('disable')
    .description('disable an account and end its sessions')
    .addArgument(accountArgument())
    .addOption(configOption())
    .action(async (account: string, { config }: Options) => {
      await withApp(config, async (open) => {
        const { id, email } = await find(open, account);
        await open.app.logins.staff.disable(commandLine, id);
        await note(open, email || id, 'disabled');
      });
    });
}

function resetCommand(): Command {
  return new Command('reset')
    .description('remove password, app and passkeys, and print a new invitation')
    .addArgument(accountArgument())
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async (account: string, { config, json }: Options) => {
      await withApp(config, async (open) => {
        const { id, email } = await find(open, account);
        const link = linkOf(open, await open.app.logins.staff.reset(commandLine, id));
        await note(open, email || id, 'reset');
        printLine(json ? JSON.stringify({ account: id, link }) : link);
      });
    });
}

function logCommand(): Command {
  return new Command('log')
    .description('list logins, failed logins and logouts, newest first; kept for 24 months')
    .addOption(configOption())
    .option('--account <account>', 'only of this e-mail address or codice fiscale')
    .option('--since <date>', 'since this ISO date or time')
    .option('--limit <rows>', 'how many at most', Number, 100)
    .option('--json', 'one JSON object per line')
    .action(async (options: Options & { account?: string; since?: string; limit: number }) => {
      const { config, account, since, limit, json } = options;
      const from = since === undefined ? undefined : Date.parse(since);
      if (Number.isNaN(from) || !(limit > 0)) {
        throw new VarcoError('usage', '--since must be a date, and --limit a number above 0');
      }
      const entries = await withApp(config, ({ app }) =>
        app.logins.log.read({ limit, account, since: from }),
      );
      for (const entry of entries) {
        const at = new Date(entry.at).toISOString();
        const { event, way, account: who, reason = '', address = '' } = entry;
        printLine(
          json
            ? JSON.stringify({ ...entry, at })
            : [at, event, way, who || '–', address, reason].filter(Boolean).join('  '),
        );
      }
    });
}

function accountArgument(): Argument {
  return new Argument('<account>', 'its id or its e-mail address');
}

async function find({ app }: OpenApp, account: string): Promise<StaffAccount> {
  const all = await app.logins.staff.all();
  const found = all.find(
    ({ id, email }) => id === account || email.toLowerCase() === account.toLowerCase(),
  );
  if (!found) {
    throw new VarcoError('accountUnknown', 'There is no such account: see varco staff list');
  }
  return found;
}

function linkOf({ config }: OpenApp, secret: string): string {
  return invitationLink(config.web?.origin ?? `https://${config.host}`, secret);
}

function note({ app }: OpenApp, account: string, reason: string): Promise<void> {
  return app.logins.log.write({ event: 'account', way: 'cli', account, reason });
}
