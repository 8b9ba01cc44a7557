import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseServerConfig, readServerConfig } from '../../../server/server-config.ts';

const good = {
  host: 'varco.example.it',
  listen: { address: '127.0.0.1', port: 8080 },
  node: 'node-a',
  database: 'sqlite:varco.db',
  keyring: 'keyring.json',
};

test('paths are relative to the file, and the environment names the database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varco-config-'));
  const path = join(folder, 'server.json');
  await writeFile(path, JSON.stringify(good));
  expect(await readServerConfig(path, {})).toMatchObject({
    database: `sqlite:${join(folder, 'varco.db')}`,
    keyring: join(folder, 'keyring.json'),
  });
  const url = 'postgres://user@localhost/varco';
  expect((await readServerConfig(path, { VARCO_DATABASE_URL: url })).database).toBe(url);
  await writeFile(path, '{');
  await expect(readServerConfig(path, {})).rejects.toMatchObject({ code: 'configUnreadable' });
  await rm(folder, { recursive: true });
  await expect(readServerConfig(path, {})).rejects.toMatchObject({ code: 'configUnreadable' });
});

test('every problem is reported at once, and nothing secret has a default', () => {
  expect(() => parseServerConfig({ listen: { port: 70_000 }, extra: 1 })).toThrow(
    /host[\s\S]*listen\.address[\s\S]*listen\.port[\s\S]*node[\s\S]*database[\s\S]*keyring[\s\S]*extra/,
  );
});

test.each([
  ['host', 'Varco.Example'],
  ['node', ''],
  ['database', 'mysql://x'],
  ['log', 'loud'],
])('%s: %s is refused', (field, value) => {
  expect(() => parseServerConfig({ ...good, [field]: value })).toThrow(field);
});
