import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { longFiles, longFunctions, loosenessOf } from '../../../scripts/house/file-sizes.ts';
import {
  circlesOf,
  fileGraph,
  foldedGraph,
  reducedGraph,
  roomOf,
} from '../../../scripts/house/import-graph.ts';
import { privateWordsIn } from '../../../scripts/house/plain-words.ts';
import { type SourceFile, sourceFiles } from '../../../scripts/house/source-files.ts';
import { breachesOf } from '../../../scripts/house/walls.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = sourceFiles(root);

/** A house of these files alone. */
const planted = (house: Record<string, string>): SourceFile[] =>
  Object.entries(house).map(([path, text]) => ({ path, text }));
const circlesOfFiles = (all: readonly SourceFile[]) => circlesOf(fileGraph(all));
const circlesOfRooms = (all: readonly SourceFile[]) =>
  circlesOf(foldedGraph(fileGraph(all), roomOf));

describe('the house', () => {
  test('is read: its files, and the arrows between them', () => {
    expect(files.length).toBeGreaterThan(500);
    const arrows = [...fileGraph(files).values()].reduce((sum, { size }) => sum + size, 0);
    expect(arrows).toBeGreaterThan(2_000);
  });

  test('has no circle of files', () => {
    expect(circlesOfFiles(files)).toEqual([]);
  });

  test('has no circle of rooms', () => {
    expect(circlesOfRooms(files)).toEqual([]);
  });

  test('has no import through a wall', () => {
    expect(breachesOf(files)).toEqual([]);
  });

  test('has no file and no function that is too long', () => {
    expect([...longFiles(files), ...longFunctions(files)]).toEqual([]);
  });

  test('speaks the words of the field', () => {
    expect(privateWordsIn(files)).toEqual([]);
  });

  test('asserts types and spreads conditionally less than it did', () => {
    const { casts, conditionalSpreads } = loosenessOf(files);
    expect(casts).toBeLessThanOrEqual(CASTS_MAX);
    expect(conditionalSpreads).toBeLessThanOrEqual(CONDITIONAL_SPREADS_MAX);
  });

  test('has no two files that a search by name confuses', () => {
    expect(confusedNames(files)).toEqual([]);
  });
});

/** Half of the 600 casts and a third of the 316 conditional spreads that stood here once. */
const CASTS_MAX = 300;
const CONDITIONAL_SPREADS_MAX = 105;

/** Names that say their meaning together with their folder, and so may stand in several. */
const generic = /(?:^|\/)(?:main|config|words|it|en|de|fr|sl)\.tsx?$/;

/** Names, without their endings, that two files of one top folder have, or a file and its own folder. */
function confusedNames(all: readonly SourceFile[]): string[][] {
  const byName = new Map<string, string[]>();
  for (const { path } of all.filter((one) => !generic.test(one.path))) {
    const [top = ''] = path.split('/');
    const stem =
      path
        .split('/')
        .at(-1)
        ?.replace(/(\.worker|\.island)?\.tsx?$/, '') ?? '';
    const key = `${top} ${stem}`;
    // A worker's or an island's file belongs to the one that starts it, and has its name.
    if (!/\.(worker|island)\.tsx?$/.test(path)) {
      byName.set(key, [...(byName.get(key) ?? []), path]);
    }
  }
  return [...byName.values()].filter((paths) => paths.length > 1);
}

describe('the house test is red when somebody plants', () => {
  test('a circle of values', () => {
    const circle = planted({
      'server/audit/planted-one.ts': `import { two } from './planted-two.ts';\nexport const one = two;`,
      'server/audit/planted-two.ts': `import { one } from './planted-one.ts';\nexport const two = one;`,
    });
    expect(circlesOfFiles(circle)).toEqual([
      ['server/audit/planted-one.ts', 'server/audit/planted-two.ts'],
    ]);
  });

  test.each([
    ['import type', `import type { Two } from './planted-two.ts';\nexport type One = Two;`],
    ['an inline type', `import { type Two } from './planted-two.ts';\nexport type One = Two;`],
    ['import() as a type', `export type One = import('./planted-two.ts').Two;`],
    ['export … from', `export { two } from './planted-two.ts';`],
    ['import()', `export const one = () => import('./planted-two.ts');`],
    ['a worker', `export const one = new URL('./planted-two.ts', import.meta.url);`],
  ])('a circle by %s', (_how, text) => {
    const circle = planted({
      'server/audit/planted-one.ts': text,
      'server/audit/planted-two.ts': `import type { One } from './planted-one.ts';\nexport type Two = One;`,
    });
    expect(circlesOfFiles(circle)).toHaveLength(1);
  });

  test('a circle of rooms, though not of files', () => {
    const circle = planted({
      'server/planted-one/a.ts': `import { b } from '../planted-two/b.ts';\nexport const a = b;`,
      'server/planted-two/b.ts': 'export const b = 1;',
      'server/planted-two/c.ts': `import type { D } from '../planted-one/d.ts';\nexport type C = D;`,
      'server/planted-one/d.ts': 'export type D = 1;',
    });
    expect(circlesOfFiles(circle)).toEqual([]);
    expect(circlesOfRooms(circle)).toEqual([['server/planted-one', 'server/planted-two']]);
  });

  test.each([
    ['shared/planted.ts', '../hardware/ports.ts'],
    ['shared/planted.ts', 'node:crypto'],
    ['shared/protocol/planted.ts', 'ws'],
    ['hardware/scanner/planted.ts', '../../device/kiosk.ts'],
    ['device/planted.ts', '../server/app.ts'],
    ['device/planted.ts', '../hardware/open.ts'],
    ['device/session/planted.ts', '../kiosk.ts'],
    ['device/session/planted.ts', 'node:fs'],
    ['server/planted.ts', '../device/kiosk.ts'],
    ['server/planted.ts', '../hardware/open.ts'],
    ['server/planted.ts', '../scripts/build.ts'],
    ['scripts/planted.ts', '../test/support/canary.ts'],
  ])('in %s an import of %s, be it a type', (path, to) => {
    const text = `import type { X } from '${to}';\nexport type Y = X;`;
    expect(breachesOf([{ path, text }])).toMatchObject([{ from: path, to }]);
  });

  test.each([
    ['device/planted.ts', '../hardware/ports.ts'],
    ['device/main.ts', '../hardware/open.ts'],
    ['shared/planted.ts', 'zod'],
    ['server/planted.ts', '../shared/verdict.ts'],
    ['scripts/planted.ts', '../server/app.ts'],
  ])('but not in %s an import of %s', (path, to) => {
    expect(breachesOf([{ path, text: `import { x } from '${to}';\nexport const y = x;` }])).toEqual(
      [],
    );
  });

  test.each([
    ['// Tells the gates, and hears them anew.', ['tells', 'hears', 'anew']],
    ['const toldAt = 1;', ['told']],
    ['/** A stand-in for the server. */', ['standin']],
    ['class Steward {}', ['steward']],
    ['const untold = "foretold";', []],
    ['// The answer that was given.', []],
    ['function parse(given: string) {}', ['given']],
  ])('a private word: %s', (text, words) => {
    const found = privateWordsIn([{ path: 'server/planted.ts', text }]);
    expect(found.map(({ word }) => word).sort()).toEqual([...words].sort());
  });

  test('a long file and a long function', () => {
    const body = '  x();\n'.repeat(80);
    const text = `export function long() {\n${body}}\n${'// A line.\n'.repeat(300)}`;
    const all = [{ path: 'server/planted.ts', text }];
    expect(longFiles(all)).toEqual([{ where: 'server/planted.ts', lines: 382 }]);
    expect(longFunctions(all)).toEqual([{ where: 'server/planted.ts:1', lines: 82 }]);
  });

  test('a cast and a conditional spread', () => {
    const text = `
      const a = b as C;
      const d = [1] as const;
      const e = { ...(f ? { f } : {}), ...(g && { g }), ...h };`;
    expect(loosenessOf([{ path: 'server/planted.ts', text }])).toEqual({
      casts: 1,
      conditionalSpreads: 2,
    });
  });

  test('two files of one name', () => {
    const twice = [
      { path: 'server/web/login/login.tsx', text: '' },
      { path: 'server/store/tables/login.ts', text: '' },
      { path: 'server/web/login/login.island.tsx', text: '' },
      { path: 'device/login.ts', text: '' },
    ];
    expect(confusedNames(twice)).toEqual([
      ['server/web/login/login.tsx', 'server/store/tables/login.ts'],
    ]);
  });
});

test('an arrow that follows from others is left out of a drawing', () => {
  const graph = new Map([
    ['a', new Set(['b', 'c'])],
    ['b', new Set(['c'])],
    ['c', new Set<string>()],
  ]);
  expect(reducedGraph(graph)).toEqual(
    new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set()],
    ]),
  );
});
