import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Command } from 'commander';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../../scripts/launch/embedded-postgres.ts';
import { auditCommand } from '../../../scripts/varco/audit-command.ts';
import { backupCommand } from '../../../scripts/varco/backup-command.ts';
import { credentialCommand } from '../../../scripts/varco/credential-command.ts';
import { keysCommand } from '../../../scripts/varco/keys-command.ts';
import { registryCommand } from '../../../scripts/varco/registry-command.ts';
import { verifyCommand } from '../../../scripts/varco/verify-command.ts';
import { openStore } from '../../../server/store/open-store.ts';

/** Runs one command line; answers its exit code and its output's lines. */
async function varco(...words: string[]): Promise<{ code: number; lines: string[] }> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const quiet = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  process.exitCode = 0;
  try {
    const command = new Command('varco')
      .addCommand(auditCommand())
      .addCommand(backupCommand())
      .addCommand(credentialCommand())
      .addCommand(keysCommand())
      .addCommand(registryCommand())
      .addCommand(verifyCommand());
    await command.parseAsync(words, { from: 'user' });
    const lines = written.join('').split('\n').filter(Boolean);
    return { code: Number(process.exitCode), lines };
  } finally {
    process.exitCode = 0;
    write.mockRestore();
    quiet.mockRestore();
  }
}

describe.each(['sqlite', 'postgres'] as const)('%s, from the shell', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let database: string;
  let config: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-commands-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    database = (await postgres?.createDatabase()) ?? `sqlite:${join(folder, 'varco.db')}`;
    config = join(folder, 'server.json');
    await writeFile(
      config,
      JSON.stringify({
        host: 'varco.example.it',
        listen: { address: '127.0.0.1', port: 0 },
        node: 'node-a',
        database,
        keyring: 'keyring.json',
      }),
    );
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true });
  });

  test('sample, import, issue, verify, revoke, verify, audit, alter, audit', async () => {
    const onConfig = ['--config', config];
    await varco('keys', 'init', ...onConfig);
    await expect(varco('keys', 'init', ...onConfig)).rejects.toMatchObject({
      code: 'keyringExists',
    });
    expect((await varco('keys', 'rotate', ...onConfig)).lines).toHaveLength(1);
    expect((await varco('keys', 'list', '--json', ...onConfig)).lines).toHaveLength(4);

    const { lines: sample } = await varco('registry', 'sample', '--persons', '1000', '--seed', '7');
    const file = join(folder, 'sample.ndjson');
    await writeFile(file, `${sample.join('\n')}\n{"codiceFiscale":1}\n`);
    const imported = await varco('registry', 'import', file, '--json', ...onConfig);
    expect(imported.code).toBe(3);
    expect(JSON.parse(imported.lines[0] ?? '')).toMatchObject({ rejected: 1 });
    const rejects = await readFile(`${file}.rejects.ndjson`, 'utf8');
    expect(JSON.parse(rejects)).toMatchObject({ line: sample.length + 1 });

    const rows = sample.map((line) => JSON.parse(line));
    const mayHave = rows.filter(
      (row) => row.email && row.mobile && row.privacyVersion && row.definitiveOn,
    );
    const only = (giudizio: string) =>
      mayHave.find(
        (row) =>
          row.giudizio === giudizio &&
          rows.filter(({ codiceFiscale }) => codiceFiscale === row.codiceFiscale).length === 1,
      ).codiceFiscale as string;
    const people: [string, string[]][] = [
      // Where an area that is asked about has not spoken, nobody is refused.
      [only('totale'), ['granted', 'granted', 'unconfirmed']],
      [only('sordo'), ['granted', 'granted', 'granted']],
      [only('oltreUnTerzo'), ['granted', 'unconfirmed', 'unconfirmed']],
    ];
    const policies = ['musei-statali', 'trasporto-piemonte', 'carta-blu'];
    const verify = (credential: string, code: string) =>
      varco(
        ...['verify', '--json', '--credential', credential, '--code', code],
        ...['--policy', ...policies, ...onConfig],
      );
    const outcomes = (lines: string[]) => lines.map((line) => JSON.parse(line).verdict.outcome);
    let last = { id: '', text: '', code: '' };
    for (const [code, expected] of people) {
      const issued = await varco('credential', 'issue', '--json', '--code', code, ...onConfig);
      last = { ...JSON.parse(issued.lines[0] ?? ''), code };
      const answer = await verify(last.text, code);
      expect(outcomes(answer.lines)).toEqual(expected);
      expect(answer.code).toBe(expected.every((outcome) => outcome === 'granted') ? 0 : 1);
    }
    await varco('credential', 'revoke', last.id, '--reason', 'lost', ...onConfig);
    expect(outcomes((await verify(last.text, last.code)).lines)).toEqual(
      policies.map(() => 'denied'),
    );
    const history = await varco('credential', 'history', last.id, ...onConfig);
    expect(history.lines).toHaveLength(2);
    await expect(varco('credential', 'show', last.id, ...onConfig)).rejects.toMatchObject({
      code: 'credentialUnknown',
    });

    const good = await varco('audit', 'verify', ...onConfig);
    expect(good.lines.at(-1)).toMatch(/16 rows of 1 chains, \d+ checkpoints: all good/);
    expect(good.code).toBe(0);
    const store = await openStore(database);
    await sql`update audit set body = replace(body, '"granted"', '"granteD"')
      where sequence = 3`.execute(store.db);
    // One byte, and it is JSON no more.
    await sql`update audit set body = substr(body, 1, length(body) - 1) || ' '
      where sequence = 4`.execute(store.db);
    await store.close();
    const bad = await varco('audit', 'verify', ...onConfig);
    expect(bad.lines.slice(0, 2)).toEqual(
      [3, 4].map((sequence) => `node-a-cli row ${sequence}: altered`),
    );
    expect(bad.code).toBe(1);
  });

  test('a backup of SQLite; PostgreSQL says how', async () => {
    const file = join(folder, 'backup.db');
    const backup = () => varco('backup', file, '--config', config);
    if (engine === 'sqlite') {
      expect((await backup()).lines).toEqual([file]);
      expect(await varco('audit', 'verify', '--json', '--config', config)).toMatchObject({
        code: 1,
      });
    }
    await expect(backup()).rejects.toMatchObject({ code: 'backupFailed' });
  });

  test.runIf(engine === 'sqlite')('a damaged page is reported as such', async () => {
    const path = join(folder, 'varco.db');
    const raw = new Database(path);
    raw.pragma('wal_checkpoint(truncate)');
    const { root } = raw
      .prepare("select rootpage as root from sqlite_schema where name = 'audit'")
      .get() as { root: number };
    const size = raw.pragma('page_size', { simple: true }) as number;
    raw.close();
    const file = await readFile(path);
    // The kind of the page: there is none of this number.
    file[(root - 1) * size] = 0xff;
    await writeFile(path, file);
    await expect(varco('audit', 'verify', '--config', config)).rejects.toMatchObject({
      code: 'storeCorrupt',
      message: expect.stringMatching(/^The database file is damaged \(SQLITE_CORRUPT/),
    });
  });
});
