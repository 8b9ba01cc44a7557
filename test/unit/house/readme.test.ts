import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** The papers whose commands and links are tried here. */
const papers = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CODE_OF_CONDUCT.md',
  'SECURITY.md',
  'server/handbook/README.md',
  'device/README.md',
  'hardware/install/README.md',
];

const commandsOf = (paper: string) =>
  [...read(paper).matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line.startsWith('npm ')),
  );

test('the README has commands, and the handbook more', () => {
  expect(commandsOf('README.md').length).toBeGreaterThan(5);
  expect(commandsOf('server/handbook/README.md').length).toBeGreaterThan(30);
});

test('the README is short, begins with the two commands, and shows two pictures', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(200);
  expect(commandsOf('README.md').slice(0, 2)).toEqual(['npm ci', 'npm run demo']);
  const pictures = [...readme.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path = '']) => path);
  expect(pictures.length).toBe(2);
});

test.each(papers.flatMap((paper) => commandsOf(paper).map((command) => [paper, command] as const)))(
  '%s: `%s` is a command that exists',
  (_paper, command) => {
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
  },
);

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

test.each(papers)('the links of %s lead somewhere', (paper) => {
  const folder = dirname(paper);
  const text = read(paper);
  const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = '']) => link);
  const dead = links.filter((link) => {
    const [path = '', heading] = link.split('#');
    const target = path === '' ? paper : join(folder, path);
    if (!existsSync(`${root}${target}`)) {
      return true;
    }
    return heading !== undefined && !headingsOf(read(target)).includes(heading);
  });
  expect(dead).toEqual([]);
});

/** The anchors of a paper's headings, as GitHub makes them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('the tests that SECURITY.md names are there', () => {
  const named = [...read('SECURITY.md').matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});
