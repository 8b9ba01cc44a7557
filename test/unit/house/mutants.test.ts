import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { allMutants } from '../../../scripts/mutants/all-mutants.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('there are mutants for each room that decides something', () => {
  expect(allMutants.length).toBeGreaterThanOrEqual(60);
  for (const place of [
    'shared/',
    'hardware/',
    'device/',
    'server/fleet/',
    'server/verification/',
  ]) {
    expect(allMutants.some(({ file }) => file.startsWith(place))).toBe(true);
  }
});

test.each(allMutants)('$file, $what: the line is there once, and so are its tests', (mutant) => {
  const { file, find, replace, tests } = mutant;
  expect(readFileSync(`${root}${file}`, 'utf8').split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
  expect(tests.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});
