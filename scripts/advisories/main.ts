/**
 * `npm run audit:advisories`: asks the registry whether anything is known against a package that an install
 * brings. Ends with 0 if nothing is, 1 if something is, 3 if the registry could not be asked: then nothing
 * was checked, and it says so.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readAudit } from './audit-report.ts';

const EXIT_FOUND = 1;
const EXIT_NOT_CHECKED = 3;
const TIMEOUT_MS = 120_000;

const cwd = fileURLToPath(new URL('../../', import.meta.url));
const output = await new Promise<string>((resolve) => {
  const words = ['audit', '--omit=dev', '--json'];
  // npm ends with an error both when it found something and when it could not ask: its output says which.
  execFile('npm', words, { cwd, timeout: TIMEOUT_MS }, (_error, stdout) => resolve(stdout));
});
const result = readAudit(output);
const print = (line: string) => process.stdout.write(`${line}\n`);
switch (result.kind) {
  case 'clean':
    print(`advisories: nothing is known against the ${result.packages} packages of an install`);
    break;
  case 'found':
    for (const { package: name, severity, title, url } of result.advisories) {
      print(`${severity}: ${name}: ${title} (${url})`);
    }
    print(`advisories: ${result.advisories.length} concern an install`);
    process.exitCode = EXIT_FOUND;
    break;
  case 'notChecked':
    print(`advisories: NOT CHECKED, ${result.why}`);
    process.exitCode = EXIT_NOT_CHECKED;
    break;
}
