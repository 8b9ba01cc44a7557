import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const OTHERS = 0o077;
let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-test-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
  }
  await rm(folder, { recursive: true, force: true });
});

/** Starts a program of ours under the loosest umask there is. */
function start(program: string, ...words: string[]): ChildProcess {
  const node = [process.execPath, '--import', 'tsx', program, ...words];
  const child = spawn('sh', ['-c', 'umask 0; exec "$@"', 'sh', ...node], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function varco(...words: string[]): Promise<string> {
  const child = start('scripts/varco/main.ts', ...words);
  let output = '';
  child.stdout?.on('data', (data) => {
    output += data;
  });
  const [code] = await once(child, 'close');
  expect([words[0], code]).toEqual([words[0], words[0] === 'registry' && code === 3 ? 3 : 0]);
  return output;
}

/** Every file and folder below, with its mode, but for what the loader of TypeScript caches. */
function filesIn(place: string): { path: string; mode: number }[] {
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => !name.startsWith('tsx-'))
    .map((name) => ({ path: name, mode: statSync(join(place, name)).mode & 0o777 }));
}

const exposedIn = (place: string) =>
  filesIn(place)
    .filter(({ path, mode }) => (mode & OTHERS) !== 0 && !path.endsWith('.sock'))
    .map(({ path, mode }) => `${path} ${mode.toString(8)}`);

test('under umask 0, a demo’s server and kiosk write nothing that others may read', async () => {
  const demo = start('scripts/demo/main.ts', '--port', '0');
  await once(demo.stdout ?? demo, 'data');
  const names = filesIn(folder).map(({ path }) => path);
  const found = (pattern: RegExp) => names.filter((name) => pattern.test(name));
  // What matters is there, or the test would say nothing.
  expect(found(/\.db$/)).toHaveLength(2);
  expect(found(/-wal$/)).toHaveLength(2);
  expect(found(/-shm$/)).toHaveLength(2);
  expect(found(/keyring\.json$|boot\.json$|kiosk\.(key|log)$/)).toHaveLength(4);
  expect(exposedIn(folder)).toEqual([]);
}, 180_000);

test('under umask 0, what the commands write is their owner’s, also over a file that was open to all', async () => {
  const config = join(folder, 'server.json');
  const database = join(folder, 'varco.db');
  await writeFile(
    config,
    JSON.stringify({
      host: 'varco.example.it',
      listen: { address: '127.0.0.1', port: 0 },
      node: 'node-a',
      database: `sqlite:${database}`,
      keyring: join(folder, 'keyring.json'),
    }),
    { mode: 0o600 },
  );
  const people = join(folder, 'people.ndjson');
  await writeFile(people, 'no line of an import\n', { mode: 0o600 });
  const rejects = join(folder, 'rejects.ndjson');
  await writeFile(rejects, '');
  await chmod(rejects, 0o666);
  await writeFile(database, '');
  await chmod(database, 0o644);
  const options = ['--config', config];
  await varco('keys', 'init', ...options);
  await varco('registry', 'import', people, '--rejects', rejects, ...options);
  await varco('backup', join(folder, 'backup.db'), ...options);
  await varco('keys', 'rotate', ...options);
  expect(readFileSync(rejects, 'utf8')).toContain('the line is not JSON');
  const names = filesIn(folder).map(({ path }) => path);
  expect(names).toEqual(expect.arrayContaining(['varco.db', 'backup.db', 'keyring.json']));
  expect(exposedIn(folder)).toEqual([]);
}, 180_000);

/** Processes that name this test's folder: children that were left. */
function leftProcesses(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(folder) ? [line] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

describe('a demo that is ended while it starts', () => {
  test.each([
    ['SIGTERM', 'as soon as its folder is there', /^varco-demo-[^/]+$/],
    ['SIGHUP', 'once its camera has a socket', /camera\.sock$/],
  ] as const)(
    'by %s, %s: leaves no folder and no process',
    async (signal, _when, awaited) => {
      const demo = start('scripts/demo/main.ts', '--port', '0');
      await appeared(awaited);
      demo.kill(signal);
      const [code] = await once(demo, 'close');
      expect(code).toBeGreaterThan(128);
      await expect.poll(leftProcesses, { timeout: 10_000 }).toEqual([]);
      expect(filesIn(folder)).toEqual([]);
    },
    180_000,
  );
});

/** Resolves when something of this name is in the folder. */
async function appeared(pattern: RegExp): Promise<void> {
  const isThere = () => filesIn(folder).some(({ path }) => pattern.test(path));
  await expect.poll(isThere, { interval: 5, timeout: 120_000 }).toBe(true);
}
