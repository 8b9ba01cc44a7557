import { Command, InvalidArgumentError } from 'commander';
import { parse } from '../../shared/codice-fiscale/parse.ts';
import { VarcoError } from '../../shared/errors.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

const ACTOR = 'command';

interface Options {
  config: string;
  code: string;
  reason: string;
  json?: boolean;
}

interface IssueOptions extends Options {
  cardSerial?: string;
  cardExpires?: number;
  cardCompanion: boolean;
}

const DAY_MS = 86_400_000;

/** The end of a day, in UTC. */
function parseLastDay(text: string): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(day)) {
    throw new InvalidArgumentError('A date such as 2031-12-31.');
  }
  return day + DAY_MS;
}

/** `varco credential`: issues, reissues, shows and revokes codes, and prints their history. */
export function credentialCommand(): Command {
  return new Command('credential')
    .description("people's codes")
    .addCommand(issueCommand())
    .addCommand(reissueCommand())
    .addCommand(showCommand())
    .addCommand(revokeCommand())
    .addCommand(historyCommand());
}

function issueCommand(): Command {
  return new Command('issue')
    .description('issue a code to a person; prints its id and the text of its QR')
    .requiredOption('--code <codice-fiscale>', "the person's codice fiscale")
    .option('--card-serial <serial>', 'issue it for the Disability Card with this serial number')
    .option('--card-expires <date>', "the card's last day, YYYY-MM-DD", parseLastDay)
    .option('--card-companion', 'the card carries the "A" for a companion', false)
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (options: IssueOptions) => {
      const { config, code, json, cardSerial: serial, cardExpires: expiresAt } = options;
      if ((serial === undefined) !== (expiresAt === undefined)) {
        throw new VarcoError(
          'cardIncomplete',
          'A card needs both --card-serial and --card-expires',
        );
      }
      const card =
        serial === undefined || expiresAt === undefined
          ? {}
          : { card: { serial, expiresAt, companion: options.cardCompanion } };
      const issued = await withApp(config, ({ app }) =>
        app.credentials.issue(canonical(code), { actor: ACTOR, ...card }),
      );
      printLine(json ? JSON.stringify(issued) : `${issued.id}\n${issued.text}`);
    });
}

function reissueCommand(): Command {
  return new Command('reissue')
    .description('revoke a code and issue a new one to the same person, in one step')
    .argument('<id>', "the old code's id")
    .option('--reason <words>', 'why', 'reissued')
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (id: string, { config, json, reason }: Options) => {
      const issued = await withApp(config, ({ app }) =>
        app.credentials.reissue(id, { actor: ACTOR, reason }),
      );
      printLine(json ? JSON.stringify(issued) : `${issued.id}\n${issued.text}`);
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('print the text of the QR of a valid code, to print it again')
    .argument('<id>', "the code's id")
    .addOption(configOption())
    .action(async (id: string, { config }: Options) => {
      printLine(await withApp(config, ({ app }) => app.credentials.text(id)));
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a code for good')
    .argument('<id>', "the code's id")
    .requiredOption('--reason <words>', 'why')
    .addOption(configOption())
    .action(async (id: string, { config, reason }: Options) => {
      await withApp(config, ({ app }) => app.credentials.revoke(id, { actor: ACTOR, reason }));
    });
}

function historyCommand(): Command {
  return new Command('history')
    .description('list what happened to a code')
    .argument('<id>', "the code's id")
    .addOption(configOption())
    .option('--json', 'one JSON object per line')
    .action(async (id: string, { config, json }: Options) => {
      for (const event of await withApp(config, ({ app }) => app.credentials.history(id))) {
        const { at, kind, actor } = event;
        const line = `${new Date(at).toISOString()}  ${kind}  ${actor}`;
        printLine(json ? JSON.stringify(event) : line);
      }
    });
}

/** A codice fiscale in its canonical form. @throws VarcoError `codeInvalid`. */
export function canonical(code: string): string {
  const parsed = parse(code);
  const good = parsed.ok ? parsed : parsed.doubtful;
  if (!good) {
    throw new VarcoError('codeInvalid', 'This is not a valid codice fiscale: see varco cf');
  }
  return good.code;
}
