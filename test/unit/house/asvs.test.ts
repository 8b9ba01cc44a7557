import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

const rows = [
  ...read('SECURITY.md').matchAll(/^\| ([^|]+) \| [^|]+ \| `(test\/[^`]+)` “([^”]+)” \|$/gm),
];

test('the table of ASVS has rows', () => {
  expect(rows.length).toBeGreaterThan(30);
});

test.each(rows.map(([, row = '', path = '', title = '']) => [row, path, title]))(
  'ASVS %s: %s has the test “%s”',
  (_row, path, title) => {
    // Long titles are quoted with either mark in the source.
    expect(read(path).replaceAll("\\'", "'")).toContain(title);
  },
);
