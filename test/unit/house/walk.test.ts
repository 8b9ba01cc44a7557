import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Where the walks are written, and the heading of a scan's. */
const PAPER = 'ARCHITECTURE.md';
const HEADING = '### A scan opens a gate';
const ROOMS_MAX = 12;
const HOPS_MAX = 70;

interface Step {
  file: string;
  function: string;
}

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, root)), 'utf8');

/** The tables below the heading, in their order: the walk, and its branch without the server. */
function tables(paper: string, heading: string): Step[][] {
  const [, section = ''] = paper.split(heading);
  const lines = section.split(/\n#{2,3} /)[0]?.split('\n') ?? [];
  const found: Step[][] = [];
  let isTable = false;
  for (const line of lines) {
    const [, file, name] = /^\|\s*\d+\s*\|\s*`([^`]+)`\s*\|\s*`([^`]+)`\s*\|/.exec(line) ?? [];
    if (file !== undefined && name !== undefined) {
      found.at(-1)?.push({ file, function: name });
    } else if (line.startsWith('|') && !isTable) {
      found.push([]);
    }
    isTable = line.startsWith('|');
  }
  return found;
}

/** Folders; a file that stands in a top folder itself is a room of its own. */
function roomOf(file: string): string {
  const folder = dirname(file);
  return folder.includes('/') ? folder : file;
}

/** Whether a function, a method or a function kept in a property is defined in a source text. */
function defines(source: string, name: string): boolean {
  const words = '(?:export |static |async |readonly |function )*';
  return new RegExp(`^\\s*${words}${name}(?:<[^>\\n]*>)?\\s*[(:=]`, 'm').test(source);
}

const [walk = [], offline = []] = tables(read(PAPER), HEADING);
const [imported = []] = tables(read(PAPER), '### A verbale becomes an answer');
const [fleet = []] = tables(read(PAPER), '### An operator’s change reaches a gate');

describe('the other walks', () => {
  test('are written down', () => {
    expect(imported.length).toBeGreaterThan(5);
    expect(fleet.length).toBeGreaterThan(5);
  });

  test.each([...imported, ...fleet])('$file defines $function', ({ file, function: name }) => {
    expect(defines(read(file), name)).toBe(true);
  });
});

describe('the walk of a scan', () => {
  test.each([...walk, ...offline])('$file defines $function', ({ file, function: name }) => {
    expect(defines(read(file), name)).toBe(true);
  });

  test('begins at a scanner, asks the server, opens the turnstile and shows it', () => {
    const files = walk.map(({ file }) => file);
    expect(files[0]).toMatch(/^hardware\/scanner\//);
    for (const part of ['link/link-socket.ts', 'gpio/turnstile.ts', 'display/page.ts']) {
      expect(files.some((file) => file.endsWith(part))).toBe(true);
    }
  });

  test('the branch without the server keeps its fact on disk', () => {
    expect(offline.at(-1)).toEqual({ file: 'device/facts/outbox.ts', function: 'addFact' });
  });

  test(`passes at most ${ROOMS_MAX} rooms and ${HOPS_MAX} functions`, () => {
    expect(new Set(walk.map(({ file }) => roomOf(file))).size).toBeLessThanOrEqual(ROOMS_MAX);
    expect(walk.length).toBeLessThanOrEqual(HOPS_MAX);
  });
});
