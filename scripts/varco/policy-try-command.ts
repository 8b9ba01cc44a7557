import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { checkPolicy } from '../../server/policies/check-policy.ts';
import { explain } from '../../server/policies/evaluate.ts';
import { inForceOn } from '../../server/policies/in-force.ts';
import { shippedPolicies } from '../../server/policies/policies.ts';
import { planOf } from '../../server/policies/policy-plan.ts';
import { toRuleFacts } from '../../server/verification/decide.ts';
import {
  factsOfRow,
  type TrialRow,
  trialRowSchema,
  tryPolicy,
} from '../../server/verification/policy-trial.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Policy } from '../../shared/policy.ts';
import { withApp } from './open-app.ts';
import { printLine } from './print-line.ts';
import { verdictWords } from './verify-command.ts';

interface Options {
  policy?: string;
  file?: string;
  config?: string;
  explain?: boolean;
  json?: boolean;
}

const EXIT_PROBLEMS = 1;

/** `varco policy try`: what a gate would answer to people who are only described. */
export function tryCommand(): Command {
  return new Command('try')
    .description(
      'answer for each line of the input: {"birthDate", "verbali": [{"area", "giudizio"}], "on"}',
    )
    .option('--policy <id>', 'the policy; without it, each line names its own')
    .option('--file <file>', 'a policy that was not proposed yet, instead')
    .addOption(
      new Option(
        '--config <file>',
        "the server's config file; without it, the policies that varco ships are tried",
      ).env('VARCO_CONFIG'),
    )
    .option('--explain', 'what each term says')
    .option('--json', 'one JSON object per line')
    .action(async (options: Options) => {
      const find = await policyFinder(options);
      for await (const line of createInterface({ input: process.stdin })) {
        if (line.trim() !== '') {
          answer(line, find, options);
        }
      }
    });
}

type Find = (id: string | undefined, day: string) => Policy | undefined;

/** @throws VarcoError `policyUnknown` for a policy that there is on no day. */
async function policyFinder({ policy, file, config }: Options): Promise<Find> {
  if (file !== undefined) {
    const own = checkPolicy(JSON.parse(await readFile(file, 'utf8')));
    return () => own;
  }
  const all =
    config === undefined
      ? shippedPolicies()
      : await withApp(config, async ({ app }) =>
          app.policies
            .history()
            .filter(({ state }) => state === 'released')
            .map((version) => version.policy),
        );
  if (policy !== undefined && !all.some(({ id }) => id === policy)) {
    throw new VarcoError('policyUnknown', `No policy ${policy} is in force`);
  }
  return (own, day) =>
    inForceOn(
      all.filter(({ id }) => id === (policy ?? own)),
      day,
    );
}

/** Every line gets its own answer, a wrong one too, so that the two stay in step. */
function answer(line: string, find: Find, { json, explain: isExplained }: Options): void {
  const row = readRow(line);
  const policy = row && find(row.policy, row.on);
  if (!row || !policy) {
    process.exitCode = EXIT_PROBLEMS;
    const error = row ? 'policyUnknown' : 'requestInvalid';
    printLine(json ? JSON.stringify({ error }) : error);
    return;
  }
  const verdict = tryPolicy(policy, row);
  const parts = isExplained ? explanationOf(policy, row) : undefined;
  printLine(
    json
      ? JSON.stringify({ ...verdict, explanation: parts })
      : [verdictWords(verdict), ...(parts ? [JSON.stringify(parts)] : [])].join('  '),
  );
}

function readRow(line: string): (TrialRow & { policy?: string | undefined }) | undefined {
  try {
    const json: unknown = JSON.parse(line);
    const row = trialRowSchema.parse(json);
    const isNamed = typeof json === 'object' && json !== null && 'policy' in json;
    return { ...row, policy: isNamed ? String(json.policy) : undefined };
  } catch {
    return undefined;
  }
}

function explanationOf(policy: Policy, row: TrialRow) {
  const { facts, at } = factsOfRow(row);
  const { rule, companion } = planOf(policy);
  const known = toRuleFacts(facts, at);
  return {
    rule: explain(rule, known),
    companion: companion && explain(companion, known),
  };
}
