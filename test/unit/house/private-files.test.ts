import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sourceFiles } from '../../../scripts/house/source-files.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = sourceFiles(root).filter(({ path }) =>
  /^(shared|hardware|device|server|scripts\/(varco|simulated-fleet))\//.test(path),
);

/** The few places that make a file, each with a mode that shuts others out, whatever the umask. */
const writers = new Set([
  'device/facts/outbox-database.ts',
  'device/self-test/disk-check.ts',
  'device/storage/disk.ts',
  'server/keys/keyring-file.ts',
  'server/store/sqlite-files.ts',
  'server/store/sqlite.ts',
]);
const MAKES_A_FILE =
  /\b(writeFile|writeFileSync|appendFile|appendFileSync|copyFile|cp|createWriteStream|openSync|mkdtemp)\(|\bopen\([^)]*'[wax]|new Database\(/;

test('files are made in a few places, which keep them private', () => {
  const others = files.filter(({ path, text }) => MAKES_A_FILE.test(text) && !writers.has(path));
  expect(others.map(({ path }) => path)).toEqual([]);
  expect(files.filter(({ path }) => writers.has(path))).toHaveLength(writers.size);
});

test('a folder is made for its owner alone', () => {
  const calls = files.flatMap(({ path, text }) =>
    [...text.matchAll(/\bmkdir(?:Sync)?\([^)]*\)/g)].map(([call]) => `${path}: ${call}`),
  );
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.filter((call) => !/mode: (OWNER_ONLY|0o700)\b/.test(call))).toEqual([]);
});
