import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { readKioskConfig, startKiosk } from '../../device/main.ts';
import { untilStopped } from './until-stopped.ts';

/** `varco kiosk`: runs a kiosk from its config file until it is told to stop. */
export function kioskCommand(): Command {
  return new Command('kiosk')
    .description('run a kiosk from its config file')
    .requiredOption('--config <file>', 'the config file (see device/kiosk.example.json)')
    .action(async (options: { config: string }) => {
      const config = await readKioskConfig(options.config);
      const kiosk = await startKiosk(config, { page: { assets: await readPage() } });
      if (kiosk.pageUrl) {
        process.stdout.write(`${kiosk.pageUrl}\n`);
      }
      await untilStopped(() => kiosk.stop());
    });
}

const files = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
];

/** The kiosk's page as `npm run build` made it. */
export async function readPage() {
  return await Promise.all(
    files.map(async ({ path, file, type }) => ({
      path,
      type,
      body: await readFile(new URL(file, pageFolder), 'utf8'),
    })),
  );
}

/** dist/page, seen from the source and from dist/scripts/varco alike. */
export const pageFolder = new URL(
  import.meta.url.includes('/dist/') ? '../../page/' : '../../dist/page/',
  import.meta.url,
);
