import { Command } from 'commander';
import { pino } from 'pino';
import { readKioskConfig, startKiosk } from '../../device/main.ts';
import { allPassed, type SelfTestResult } from '../../device/session/tested-parts.ts';
import { readPage } from '../launch/page-files.ts';
import { printLine } from './print-line.ts';

const EXIT_FAILED = 1;

/** `varco kiosk selftest`: tests every part in a config once, and prints each result. */
export function selftestCommand(): Command {
  return new Command('selftest')
    .description("test a kiosk's parts once; exit 1 if one fails (stop the kiosk's service first)")
    .requiredOption('--config <file>', 'the config file (see device/kiosk.example.json)')
    .option('--json', 'one JSON object per line, one line per part')
    .action(async (options: { config: string; json?: boolean }) => {
      const config = await readKioskConfig(options.config);
      const kiosk = await startKiosk(
        { ...config, session: { ...config.session, selfTestAtStart: false } },
        { page: { assets: await readPage() }, log: pino({ level: 'silent' }) },
      );
      try {
        const results = await kiosk.selfTest();
        for (const one of results) {
          printLine(options.json ? JSON.stringify(one) : line(one));
        }
        process.exitCode = allPassed(results) ? 0 : EXIT_FAILED;
      } finally {
        await kiosk.stop();
      }
    });
}

const signs = { passed: '✓', failed: '✗', absent: '–' } as const;

function line(one: SelfTestResult): string {
  const code = one.result === 'failed' ? `: ${one.code}` : '';
  return `${signs[one.result]} ${one.part} ${one.result}${code}`;
}
