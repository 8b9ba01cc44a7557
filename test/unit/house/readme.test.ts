import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { allCommands } from '../../../scripts/varco/all-commands.ts';
import { varco } from '../../../scripts/varco/command.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const readme = read('README.md');
const program = await varco(allCommands);
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

const commands = [...readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) =>
  block.split('\n').filter(Boolean),
);

test('the README has commands', () => {
  expect(commands.length).toBeGreaterThan(5);
});

test.each(commands)('README: `%s` is a command that exists', (command) => {
  const [first, ...words] = command.split(' ');
  expect(first).toBe('npm');
  const rest = words.filter((word) => word !== '-s');
  if (rest[0] === 'ci') {
    return;
  }
  const name = rest[0] === 'run' ? rest[1] : rest[0];
  expect(scripts).toHaveProperty(name ?? '');
  const after = rest.indexOf('--');
  if (name === 'varco' && after >= 0) {
    expectUsage(program, rest.slice(after + 1));
  }
});

/** Follows the words of a command line through its subcommands; files that it names must exist. */
function expectUsage(command: Command, words: string[]): void {
  const [first, ...rest] = words;
  const child = command.commands.find((candidate) => candidate.name() === first);
  if (child) {
    expectUsage(child, rest);
    return;
  }
  // After a word `--` alone stands another program's command line.
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  for (const word of own.filter((candidate) => candidate.startsWith('--'))) {
    const known = ['--help', ...command.options.map((option) => option.long)];
    expect(known).toContain(word);
  }
  for (const word of words.filter((candidate) => candidate.endsWith('.json'))) {
    expect(existsSync(`${root}${word}`), word).toBe(true);
  }
}

/** The folders of the house that hold something, to the depth that the map shows. */
function rooms(): string[] {
  const tops = ['shared', 'hardware', 'device', 'server'];
  const inner = tops.flatMap((top) =>
    readdirSync(`${root}${top}`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${top}/${entry.name}/`),
  );
  return [...tops.map((top) => `${top}/`), 'scripts/', 'test/', ...inner].sort();
}

test('the map of rooms shows every room and no other', () => {
  const mapped = [...readme.matchAll(/^\| `([a-z/-]+\/)` +\|/gm)].map(([, room = '']) => room);
  expect(mapped.sort()).toEqual(rooms());
});

test('the links of the README lead somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(`${root}${link}`))).toEqual([]);
});

test('the tests that SECURITY.md names are there', () => {
  const named = [...read('SECURITY.md').matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});
