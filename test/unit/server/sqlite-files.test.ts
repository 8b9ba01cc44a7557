import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../device/facts/outbox-database.ts';
import { SqliteStore } from '../../../server/store/sqlite.ts';
import { withNewFile } from '../../../server/store/sqlite-files.ts';

let folder: string;
let before: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varco-test-'));
  before = process.umask(0);
});

afterEach(() => {
  process.umask(before);
  rmSync(folder, { recursive: true, force: true });
});

const modes = () =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      (statSync(join(folder, name)).mode & 0o777).toString(8),
    ]),
  );

test('a new database of a server and all that SQLite adds are 0600', async () => {
  const store = await SqliteStore.open(join(folder, 'varco.db'));
  await store.backup(join(folder, 'copy.db'));
  expect(modes()).toEqual({
    'copy.db': '600',
    'varco.db': '600',
    'varco.db-shm': '600',
    'varco.db-wal': '600',
  });
  await store.close();
});

test('one that others could read is shut, with its log', async () => {
  const path = join(folder, 'varco.db');
  const first = await SqliteStore.open(path);
  for (const suffix of ['', '-wal', '-shm']) {
    chmodSync(path + suffix, 0o666);
  }
  const second = await SqliteStore.open(path);
  expect(Object.values(modes())).toEqual(['600', '600', '600']);
  await first.close();
  await second.close();
});

test('a kiosk’s outbox is 0600, also where it was not', () => {
  const path = join(folder, 'outbox.db');
  openDatabase(path).close();
  expect(modes()).toEqual({ 'outbox.db': '600' });
  chmodSync(path, 0o644);
  const database = openDatabase(path);
  expect(Object.values(modes()).every((mode) => mode === '600')).toBe(true);
  database.close();
});

test('a copy takes the place of no file, and a failure leaves none', async () => {
  const path = join(folder, 'copy.db');
  writeFileSync(path, 'mine');
  await expect(withNewFile(path, async () => undefined)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(path, 'utf8')).toBe('mine');
  const other = join(folder, 'other.db');
  const failing = withNewFile(other, () => Promise.reject(new Error('full')));
  await expect(failing).rejects.toThrow('full');
  expect(existsSync(other)).toBe(false);
});
