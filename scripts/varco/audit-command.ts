import { Command, InvalidArgumentError } from 'commander';
import { RETENTION_MONTHS_MAX } from '../../server/audit/checkpoint.ts';
import { redeemReceipt } from '../../server/audit/receipt-lookup.ts';
import { verifyAudit } from '../../server/audit/verify-chain.ts';
import { monthsBefore } from '../../server/housekeeping.ts';
import { type Comparison, offlineReport, refusedFacts } from '../../server/offline-list/report.ts';
import { configOption, withApp } from './open-app.ts';
import { printLine } from './print-line.ts';

interface Options {
  config: string;
  from?: number;
  to?: number;
  json?: boolean;
  months: number;
}

const EXIT_PROBLEMS = 1;

/** `varco audit`: checks the record of every answer, and deletes rows past their retention. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('the hash-chained record of every answer')
    .addCommand(verifyCommand())
    .addCommand(offlineReportCommand())
    .addCommand(receiptCommand())
    .addCommand(pruneCommand());
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('find altered, missing, moved or truncated rows; exit 1 if there are any')
    .addOption(configOption())
    .option('--from <time>', 'ISO date or time', parseTime)
    .option('--to <time>', 'ISO date or time', parseTime)
    .option('--json', 'one JSON object per line: the problems, then the totals')
    .action(async ({ config, from, to, json }: Options) => {
      const report = await withApp(config, ({ store, keyring }) =>
        verifyAudit(store, keyring, { from, to }),
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
              (problems.length === 0
                ? 'all good'
                : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`),
      );
      if (problems.length > 0) {
        process.exitCode = EXIT_PROBLEMS;
      }
    });
}

function offlineReportCommand(): Command {
  return new Command('offline-report')
    .description('compare answers that gates gave offline with what the registry said at that time')
    .addOption(configOption())
    .option('--from <time>', 'ISO date or time of the answer', parseTime)
    .option('--to <time>', 'ISO date or time of the answer', parseTime)
    .option('--json', 'one JSON object per line: the answers, then the totals')
    .action(async ({ config, from, to, json }: Options) => {
      const totals: Partial<Record<Comparison['kind'] | 'refused', number>> = {};
      await withApp(config, async ({ store }) => {
        for await (const line of offlineReport(store, { from, to })) {
          const { kind } = line.comparison;
          totals[kind] = (totals[kind] ?? 0) + 1;
          const time = new Date(line.decidedAt).toISOString();
          const { asker, policy, verdict, comparison, passage } = line;
          const passed = passage === 'notPassed' ? '  nobody went through' : '';
          printLine(
            json
              ? JSON.stringify(line)
              : `${time}  ${asker}  ${policy}  ${verdict.outcome}  ${wordsOf(comparison)}${passed}`,
          );
        }
        for (const refused of await refusedFacts(store)) {
          totals.refused = (totals.refused ?? 0) + 1;
          const time = new Date(refused.receivedAt).toISOString();
          printLine(
            json
              ? JSON.stringify({ refused })
              : `${time}  ${refused.asker}  refused: ${refused.code}`,
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

function receiptCommand(): Command {
  return new Command('receipt')
    .description('look up a printed receipt; exit 1 if there is none with this number')
    .argument('<number>', 'as printed, such as 1F3A-9C20-77DE')
    .addOption(configOption())
    .option('--json', 'one JSON object')
    .action(async (number: string, { config, json }: Options) => {
      const found = await withApp(config, ({ store }) => redeemReceipt(store, number));
      if (!found) {
        printLine(json ? JSON.stringify({ found: false }) : 'no such receipt');
        process.exitCode = EXIT_PROBLEMS;
        return;
      }
      const { verdict, policy, decidedAt, source, passage } = found;
      const words = [
        new Date(decidedAt).toISOString(),
        `kiosk:${found.kiosk}`,
        policy,
        verdict.outcome,
        source === 'list' ? 'answered from the list' : 'answered by the server',
        passage === 'notPassed' ? 'annulled: nobody went through' : (passage ?? ''),
      ];
      printLine(
        json ? JSON.stringify({ found: true, ...found }) : words.filter(Boolean).join('  '),
      );
    });
}

function pruneCommand(): Command {
  return new Command('prune')
    .description('delete rows older than --months; the rest of the chain can still be verified')
    .option(
      '--months <number>',
      'how many months to keep, at most 12',
      parseMonths,
      RETENTION_MONTHS_MAX,
    )
    .addOption(configOption())
    .action(async ({ config, months }: Options) => {
      const before = monthsBefore(Date.now(), months);
      const deleted = await withApp(config, ({ app }) => app.checkpoints.prune(before));
      printLine(`${deleted} rows`);
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
