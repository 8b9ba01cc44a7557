import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { drawRooms, withDrawings } from '../../../scripts/house/draw-rooms.ts';
import { fileGraph } from '../../../scripts/house/import-graph.ts';
import { sourceFiles } from '../../../scripts/house/source-files.ts';
import { languages } from '../../../shared/language.ts';
import { VERSION } from '../../../shared/version.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

test('ARCHITECTURE.md draws the rooms as the imports are (npm run house -- --write)', () => {
  const paper = read('ARCHITECTURE.md');
  expect(paper).toBe(withDrawings(paper, drawRooms(fileGraph(sourceFiles(root)))));
});

describe('the recipes of CONTRIBUTING.md', () => {
  const recipes = read('CONTRIBUTING.md')
    .split(/^### /m)
    .slice(1)
    .map((text) => ({
      title: text.split('\n')[0] ?? '',
      files: [...text.matchAll(/`((?:shared|hardware|device|server|scripts|test)\/[^` ]+)`/g)].map(
        ([, path = '']) => path,
      ),
    }));

  test('are there for whatever is added most', () => {
    const kinds = ['driver', 'message', 'command', 'page', 'table', 'policy', 'language'];
    for (const kind of kinds) {
      expect(recipes.filter(({ title }) => title.includes(kind))).toHaveLength(1);
    }
  });

  test.each(recipes)('$title: every file is there', ({ files }) => {
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
  });
});

/** What publiccode.yml 0.4 demands, as far as a catalogue refuses a file without it. */
const described = z.object({
  genericName: z.string().max(35),
  shortDescription: z.string().max(150),
  longDescription: z.string().min(150).max(10_000),
  features: z.array(z.string().max(100)).min(1).max(20),
});
const publiccode = z.object({
  publiccodeYmlVersion: z.enum(['0.4', '0.4.0']),
  name: z.string(),
  url: z.url({ protocol: /^https$/ }),
  platforms: z.array(z.string()).min(1),
  developmentStatus: z.enum(['concept', 'development', 'beta', 'stable', 'obsolete']),
  softwareType: z.enum([
    ...(['standalone/mobile', 'standalone/iot', 'standalone/desktop', 'standalone/web'] as const),
    ...(['standalone/backend', 'standalone/other', 'addon', 'library'] as const),
    'configurationFiles',
  ]),
  softwareVersion: z.literal(VERSION),
  releaseDate: z.iso.date(),
  description: z.record(z.string().regex(/^[a-z]{2}$/), described),
  legal: z.object({ license: z.string() }),
  maintenance: z.object({
    type: z.literal('community'),
    contacts: z.array(z.object({ name: z.string().min(1) })).min(1),
  }),
  localisation: z.object({
    localisationReady: z.boolean(),
    availableLanguages: z.array(z.string()),
  }),
});

test('publiccode.yml is valid', () => {
  const parsed = publiccode.parse(parse(read('publiccode.yml')));
  expect(parsed.localisation.availableLanguages).toEqual([...languages]);
  expect(parsed.legal.license).toBe(JSON.parse(read('package.json')).license);
});

test.each(['fault', 'wish', 'config'])('the template %s is YAML', (name) => {
  expect(parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`))).toBeTypeOf('object');
});

test('whom a weakness is reported to is a form, and no person', () => {
  const security = read('SECURITY.md');
  expect(security).toContain('Report a vulnerability');
  expect(security).not.toMatch(/[\w.]+@[\w.]+/);
});
