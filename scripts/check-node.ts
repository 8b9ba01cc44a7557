/**
 * `npm run check:node -- 22 24`: the product on other versions of Node than the one that its tests run on.
 * Each version comes from npm; the repository is installed and built under it in a folder outside, and its
 * command, its bundles' smoke checks and the demo's eight cases must hold there.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { loadedBy } from './bundle/loaded.ts';
import { roles } from './bundle/roles.ts';
import { smokeOf } from './bundle/smoke.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

const options = new Command('check:node')
  .description('run the product under other versions of Node, which come from npm')
  .argument('<versions...>', 'majors or whole versions, such as 22 24 or 22.20.0')
  .option(
    '--cache <folder>',
    'where Node and the installs are kept',
    join(tmpdir(), 'varco-check-node'),
  )
  .option('--fresh', 'install again, even if nothing changed since')
  .parse();
const { cache, fresh = false } = options.opts<{ cache: string; fresh?: boolean }>();

const print = (line: string) => process.stdout.write(`${line}\n`);

/** A Node of npm's: `bin/node`, and beside it the headers that native modules are built with. */
interface OtherNode {
  folder: string;
  binary: string;
  version: string;
  env: NodeJS.ProcessEnv;
}

async function fetchNode(version: string): Promise<OtherNode> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, `node-${version}`);
  await mkdir(folder, { recursive: true });
  const inside = join(folder, 'node_modules', name);
  const binary = join(inside, 'bin/node');
  if (fresh || !(await works(binary))) {
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--no-save', '--ignore-scripts', `${name}@${version}`], {
      cwd: folder,
    });
  }
  const { stdout } = await run(binary, ['--version']);
  const env = {
    ...process.env,
    PATH: `${dirname(binary)}${delimiter}${process.env.PATH}`,
    // Native modules are built against this Node, not against the one that npm was started with.
    npm_config_nodedir: inside,
    npm_node_execpath: binary,
    NODE: binary,
  };
  return { folder, binary, version: stdout.trim(), env };
}

async function works(binary: string): Promise<boolean> {
  return await run(binary, ['--version']).then(
    () => true,
    () => false,
  );
}

/** The tracked files as they are now, with packages installed and dist/ built by that Node. */
async function installUnder(node: OtherNode): Promise<string> {
  const folder = join(node.folder, 'varco');
  const lock = await readFile(join(root, 'package-lock.json'));
  const stamp = `${node.version} ${createHash('sha256').update(lock).digest('hex')}\n`;
  const stampFile = join(node.folder, 'installed');
  const kept = !fresh && (await readFile(stampFile, 'utf8').catch(() => '')) === stamp;
  await rm(kept ? join(folder, 'dist') : folder, { recursive: true, force: true });
  const { stdout } = await run(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      maxBuffer: 10_000_000,
    },
  );
  for (const file of stdout.split('\0').filter(Boolean)) {
    await cp(join(root, file), join(folder, file), { recursive: true }).catch(ignoreMissing);
  }
  if (kept) {
    await inside(node, folder, 'npm', ['run', '-s', 'build']);
  } else {
    await rm(stampFile, { force: true });
    await inside(node, folder, 'npm', ['ci', '--no-audit', '--no-fund']);
    await writeFile(stampFile, stamp);
  }
  return folder;
}

/** A file that was deleted and not yet committed is still listed. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}

/** Runs to the end; what it printed is shown only if it failed. */
async function inside(
  node: OtherNode,
  cwd: string,
  program: string,
  words: readonly string[],
): Promise<string> {
  const child = spawn(program, words, { cwd, env: node.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`${program} ${words.join(' ')} ended with ${code}\n${output}`);
  }
  return output;
}

async function checkUnder(version: string): Promise<void> {
  const node = await fetchNode(version);
  print(`Node ${node.version}`);
  const folder = await installUnder(node);
  print('  ✓ npm ci and the build, native modules included');
  for (const { name, entry } of roles) {
    const { imports } = await loadedBy(entry);
    for (const line of await smokeOf(name)(folder, imports, node.binary)) {
      print(`  ✓ ${name}: ${line}`);
    }
  }
  const demo = await inside(node, folder, node.binary, [
    '--import',
    'tsx',
    'scripts/demo/main.ts',
    '--once',
  ]);
  print(`  ✓ the demo by itself: ${demo.trim().split('\n').length} cases as expected`);
}

let failed = 0;
for (const version of options.args) {
  try {
    await checkUnder(version);
  } catch (error) {
    failed += 1;
    print(`  ✗ Node ${version}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
print(failed === 0 ? 'every version holds' : `${failed} of ${options.args.length} versions failed`);
process.exitCode = failed === 0 ? 0 : 1;
