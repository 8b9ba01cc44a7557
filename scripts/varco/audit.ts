import { Command, InvalidArgumentError } from 'commander';
import { RETENTION_MONTHS_MAX } from '../../server/audit/checkpoint.ts';
import { verifyAudit } from '../../server/audit/verify.ts';
import { monthsBefore } from '../../server/housekeeping.ts';
import { type Comparison, offlineReport } from '../../server/offline-list/report.ts';
import { configOption, printLine, withApp } from './open-app.ts';

interface Options {
  config: string;
  from?: number;
  to?: number;
  json?: boolean;
  months: number;
}

const EXIT_PROBLEMS = 1;

/** `varco audit`: proves what was answered, and lets old rows go. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('the hash-chained record of every answer')
    .addCommand(verifyCommand())
    .addCommand(offlineReportCommand())
    .addCommand(pruneCommand());
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('find any altered, missing, moved or cut-off row; exit 1 if there is one')
    .addOption(configOption())
    .option('--from <time>', 'ISO date or time', parseTime)
    .option('--to <time>', 'ISO date or time', parseTime)
    .option('--json', 'one JSON object a line: the problems, then the totals')
    .action(async ({ config, from, to, json }: Options) => {
      const range = {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
      const report = await withApp(config, ({ store, keyring }) =>
        verifyAudit(store, keyring, range),
      );
      const { problems, ...totals } = report;
      for (const problem of problems) {
        const { node, sequence, problem: what } = problem;
        printLine(json ? JSON.stringify(problem) : `${node} row ${sequence}: ${what}`);
      }
      const { nodes, rows, checkpoints } = totals;
      printLine(
        json
          ? JSON.stringify({ ...totals, problems: problems.length })
          : `${rows} rows of ${nodes} chains, ${checkpoints} checkpoints: ` +
              (problems.length === 0 ? 'all good' : `${problems.length} problems`),
      );
      if (problems.length > 0) {
        process.exitCode = EXIT_PROBLEMS;
      }
    });
}

function offlineReportCommand(): Command {
  return new Command('offline-report')
    .description('answers that gates gave without the server, against what the registry said then')
    .addOption(configOption())
    .option('--from <time>', 'ISO date or time of the answer', parseTime)
    .option('--to <time>', 'ISO date or time of the answer', parseTime)
    .option('--json', 'one JSON object a line: the answers, then the totals')
    .action(async ({ config, from, to, json }: Options) => {
      const range = {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
      const totals: Partial<Record<Comparison['kind'], number>> = {};
      await withApp(config, async ({ store }) => {
        for await (const line of offlineReport(store, range)) {
          const { kind } = line.comparison;
          totals[kind] = (totals[kind] ?? 0) + 1;
          const time = new Date(line.decidedAt).toISOString();
          const { asker, policy, verdict, comparison } = line;
          printLine(
            json
              ? JSON.stringify(line)
              : `${time}  ${asker}  ${policy}  ${verdict.outcome}  ${wordsOf(comparison)}`,
          );
        }
      });
      const counts = Object.entries(totals).map(([kind, count]) => `${count} ${kind}`);
      printLine(
        json ? JSON.stringify({ totals }) : `offline answers: ${counts.join(', ') || 'none'}`,
      );
    });
}

function wordsOf(comparison: Comparison): string {
  return comparison.kind === 'behind'
    ? `behind: ${comparison.changed} of ${comparison.entries} entries had changed`
    : comparison.kind;
}

function pruneCommand(): Command {
  return new Command('prune')
    .description('let go of rows older than so many months; the chain stays provable')
    .option('--months <number>', 'at most 12', parseMonths, RETENTION_MONTHS_MAX)
    .addOption(configOption())
    .action(async ({ config, months }: Options) => {
      const before = monthsBefore(Date.now(), months);
      const gone = await withApp(config, ({ app }) => app.checkpoints.prune(before));
      printLine(`${gone} rows`);
    });
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('An ISO date or time, such as 2026-11-01.');
  }
  return time;
}

function parseMonths(text: string): number {
  const months = Number(text);
  if (!Number.isInteger(months) || months < 1 || months > RETENTION_MONTHS_MAX) {
    throw new InvalidArgumentError(`From 1 to ${RETENTION_MONTHS_MAX}.`);
  }
  return months;
}
