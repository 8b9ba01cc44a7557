import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { commandLine } from '../../server/fleet/access/actor.ts';
import type { PolicyHistory } from '../../server/fleet/releases/policy-releases.ts';
import type { PolicyStanding } from '../../server/policies/policy-standing.ts';
import type { PolicyVersion } from '../../server/policies/policy-versions.ts';
import { VarcoError } from '../../shared/errors.ts';
import { configOption, withApp } from './open-app.ts';
import { tryCommand } from './policy-try-command.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  json?: boolean;
}

const JSON_LINES = 'one JSON object per line';

/** `varco policy`: the questions that gates ask, and how they change. */
export function policyCommand(): Command {
  return new Command('policy')
    .description('the rules of the gates: list, try, propose, release and retire them')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(tryCommand())
    .addCommand(addCommand())
    .addCommand(releaseCommand())
    .addCommand(withdrawCommand())
    .addCommand(retireCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('every policy, and whether gates are answered by it')
    .addOption(configOption())
    .option('--json', JSON_LINES)
    .action(async ({ config, json }: Options) => {
      const all = await withApp(config, async ({ app }) => app.fleet.releases.list(commandLine));
      for (const policy of all) {
        const { id, title, authority, standing } = policy;
        printLine(
          json
            ? JSON.stringify({ id, title, authority, standing, waiting: waitingOf(policy) })
            : [id, standingWords(standing), ...waitingWords(policy), title].join('  '),
        );
      }
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('every version of a policy, with its sources and its history')
    .argument('<id>', 'such as musei-statali')
    .addOption(configOption())
    .option('--json', JSON_LINES)
    .action(async (id: string, { config, json }: Options) => {
      const { versions } = await withApp(config, async ({ app }) =>
        app.fleet.releases.get(commandLine, id),
      );
      for (const version of versions) {
        printLine(json ? JSON.stringify(version) : versionWords(version));
      }
    });
}

function addCommand(): Command {
  return new Command('add')
    .description('propose a version; another administrator has to release it')
    .argument('<file>', 'the policy as JSON; without a "version" it gets the next one')
    .option('--note <words>', 'why it changes', '')
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (file: string, { config, json, note }: Options & { note: string }) => {
      const policy = await readPolicyFile(file);
      const made = await withApp(config, ({ app }) =>
        app.fleet.releases.propose(commandLine, { policy, note }),
      );
      printVersion(made, json);
    });
}

function releaseCommand(): Command {
  return new Command('release')
    .description('put a version in force that somebody proposed on the dashboard')
    .argument('<id>', 'the policy')
    .argument('<version>', 'the version', wholeNumber)
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (id: string, version: number, { config, json }: Options) => {
      const made = await withApp(config, ({ app }) => {
        const { standing } = app.fleet.releases.get(commandLine, id);
        const seen = standing.state === 'inForce' ? standing.version : undefined;
        return app.fleet.releases.release(commandLine, { id, version, seen });
      });
      printVersion(made, json);
    });
}

function withdrawCommand(): Command {
  return new Command('withdraw')
    .description('take a proposed version back')
    .argument('<id>', 'the policy')
    .argument('<version>', 'the version', wholeNumber)
    .requiredOption('--reason <words>', 'why, for the audit')
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (id: string, version: number, options: Options & { reason: string }) => {
      const { config, json, reason } = options;
      const made = await withApp(config, ({ app }) =>
        app.fleet.releases.withdraw(commandLine, { id, version, reason }),
      );
      printVersion(made, json);
    });
}

function retireCommand(): Command {
  return new Command('retire')
    .description('end a policy at once: its gates say that they cannot check')
    .argument('<id>', 'the policy')
    .requiredOption('--reason <words>', 'why, for the audit and the dashboard')
    .addOption(configOption())
    .option('--json', 'as one JSON object')
    .action(async (id: string, { config, json, reason }: Options & { reason: string }) => {
      const { standing } = await withApp(config, ({ app }) =>
        app.fleet.releases.retire(commandLine, id, reason),
      );
      printLine(json ? JSON.stringify({ id, standing }) : `${id}  ${standingWords(standing)}`);
    });
}

/** @throws VarcoError `fileUnreadable`, `policyInvalid`. */
async function readPolicyFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new VarcoError('fileUnreadable', `${path} cannot be read`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new VarcoError('policyInvalid', `${path} is not JSON`);
  }
}

function printVersion(version: PolicyVersion, json: boolean | undefined): void {
  printLine(json ? JSON.stringify(version) : versionWords(version));
}

function versionWords({ policy, state, proposedBy, decidedBy, note, reason }: PolicyVersion) {
  const { id, version, validFrom, validTo, sources = [] } = policy;
  return [
    `${id} ${version}`,
    state,
    `from ${validFrom}${validTo === undefined ? '' : ` to ${validTo}`}`,
    `proposed by ${proposedBy}`,
    ...(decidedBy === undefined ? [] : [`${state} by ${decidedBy}`]),
    ...sources.map(({ title, checkedOn }) => `source: ${title} (checked on ${checkedOn})`),
    ...[note, reason].filter((text) => text !== ''),
  ].join('  ');
}

function waitingOf({ versions }: PolicyHistory): number[] {
  return versions.filter(({ state }) => state === 'proposed').map(({ policy }) => policy.version);
}

function waitingWords(policy: PolicyHistory): string[] {
  const waiting = waitingOf(policy);
  return waiting.length === 0 ? [] : [`version ${waiting.join(', ')} waits`];
}

function standingWords(standing: PolicyStanding): string {
  switch (standing.state) {
    case 'inForce':
      return `version ${standing.version}`;
    case 'retired':
      return `retired: ${standing.reason}`;
    case 'later':
      return `in force from ${standing.from}`;
    case 'ended':
      return `ended on ${standing.on}`;
    case 'proposed':
    case 'unknown':
      return 'not released';
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new InvalidArgumentError('A whole number from 1.');
  }
  return number;
}
