/**
 * `npm run bundle`: two production installs, a kiosk's and a server's, each with only what it loads, in
 * bundles/. Each is started once for real before it counts as made.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { sizeOf } from './copy.ts';
import { type Bundle, makeBundle } from './make.ts';
import { roles } from './roles.ts';
import { smokeOf } from './smoke.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const options = new Command('bundle')
  .description("a kiosk's and a server's production install, each with only what it loads")
  .option('--out <folder>', 'where they go', join(root, 'bundles'))
  .option('--role <name>', `one of ${roles.map(({ name }) => name).join(', ')}; both without it`)
  .option('--install', "install the packages with 'npm ci' from the lock that is written, unpruned")
  .parse()
  .opts<{ out: string; role?: string; install?: boolean }>();

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const print = (line: string) => process.stdout.write(`${line}\n`);

for (const role of roles) {
  if (options.role === undefined || options.role === role.name) {
    const folder = join(options.out, role.name);
    const how = options.install ? 'installed' : 'copied';
    const bundle = await makeBundle(role, folder, how);
    const bytes = await sizeOf(folder);
    report(role.name, bundle, bytes);
    for (const line of await smokeOf(role.name)(folder, bundle.loaded.imports)) {
      print(`  ✓ ${line}`);
    }
    if (how === 'copied' && bytes > role.bytesMax) {
      print(`  ✗ larger than ${megabytes(role.bytesMax)}`);
      process.exitCode = 1;
    }
  }
}

function report(name: string, { folder, loaded, packages, leftOut }: Bundle, bytes: number): void {
  print(`${name}: ${megabytes(bytes)} in ${folder}`);
  print(`  ${loaded.files.length} files of ours, ${packages} packages, listed in sbom.cdx.json`);
  for (const [what, left] of [...leftOut].sort(([, a], [, b]) => b - a)) {
    print(`  ${megabytes(left)} left out: ${what}`);
  }
}
