import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadedBy, packagesOf } from '../../../scripts/bundle/loaded.ts';
import { closureOf, type Lock, lockOf, manifestOf, nameOf } from '../../../scripts/bundle/lock.ts';
import { rulesFor } from '../../../scripts/bundle/prune.ts';
import { roles } from '../../../scripts/bundle/roles.ts';
import { languages } from '../../../shared/language.ts';

const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
const project = read('package.json');
const lock: Lock = read('package-lock.json');

const found = Object.fromEntries(
  await Promise.all(
    roles.map(async ({ name, entry }) => {
      const loaded = await loadedBy(entry);
      return [name, { loaded, packages: packagesOf(loaded, project.dependencies) }] as const;
    }),
  ),
);
const kiosk = found.kiosk?.packages ?? [];
const server = found.server?.packages ?? [];
const filesOf = (role: string) => found[role]?.loaded.files ?? [];
const wholeOf = (names: readonly string[]) => closureOf(lock, names).map(nameOf);

describe('a kiosk', () => {
  test.each([
    'pg',
    'kysely',
    'pdfkit',
    'openid-client',
    'nodemailer',
    'smpp',
    'csv-parse',
    'prom-client',
    'preact-render-to-string',
    '@fastify/swagger',
    '@peculiar/x509',
    '@simplewebauthn/server',
    'bootstrap-italia',
    'video.js',
  ])('never loads %s', (name) => {
    expect(wholeOf(kiosk)).not.toContain(name);
  });

  test('loads its drivers, its decoders and their threads', () => {
    expect(kiosk).toEqual(
      expect.arrayContaining([
        'johnny-five',
        'jsqr',
        'node-hid',
        'onoff',
        'serialport',
        'zxing-wasm',
      ]),
    );
    expect(filesOf('kiosk')).toContain('hardware/scanner/decode/decode.worker.ts');
  });

  test('has its words in every language', () => {
    const words = filesOf('kiosk').filter((file) => /^device\/session\/words\/..\.ts$/.test(file));
    expect(words).toHaveLength(languages.length);
  });

  test('has no file of the server', () => {
    expect(filesOf('kiosk').filter((file) => file.startsWith('server/'))).toEqual([]);
  });
});

describe('a server', () => {
  test.each([
    'serialport',
    'node-hid',
    'johnny-five',
    'firmata',
    'onoff',
    'epoll',
    'jsqr',
    'zxing-wasm',
    'bootstrap-italia',
    'video.js',
    'uplot',
  ])('never loads %s', (name) => {
    expect(wholeOf(server)).not.toContain(name);
  });

  test('has its databases, its data and its threads, and no file of the hardware', () => {
    expect(server).toEqual(expect.arrayContaining(['better-sqlite3', 'pg', 'pdfkit']));
    expect(filesOf('server').filter((file) => file.startsWith('hardware/'))).toEqual([]);
    expect(filesOf('server').filter((file) => /\.worker\.ts$/.test(file))).toHaveLength(2);
    expect(filesOf('server').some((file) => file.endsWith('policies.json'))).toBe(true);
  });
});

test('a dependency that no role loads is one for development only', () => {
  const loaded = new Set([...kiosk, ...server]);
  expect(Object.keys(project.dependencies).filter((name) => !loaded.has(name))).toEqual([]);
});

test('what is imported must be a dependency; what is only looked up may be a tool', () => {
  const loaded = {
    files: [],
    imports: ['ws', 'zod/mini'],
    lookups: ['tsx/esm/api', 'pdfkit/x.afm'],
  };
  expect(packagesOf(loaded, { ws: '', zod: '', pdfkit: '' })).toEqual(['pdfkit', 'ws', 'zod']);
  expect(() => packagesOf(loaded, { ws: '' })).toThrow(/zod/);
});

describe('the lock of a role', () => {
  const small: Lock = {
    packages: {
      'node_modules/a': {
        version: '1.0.0',
        dependencies: { b: '^1' },
        peerDependencies: { p: '*' },
      },
      'node_modules/a/node_modules/b': { version: '1.5.0', optionalDependencies: { c: '*' } },
      'node_modules/b': { version: '2.0.0' },
      'node_modules/c': { version: '3.0.0', dependencies: { a: '*' } },
      'node_modules/p': { version: '4.0.0' },
      'node_modules/q': { version: '5.0.0' },
    },
  };
  const part = {
    name: 'varco',
    version: '1.0.0',
    license: 'EUPL-1.2',
    engines: {},
    dependencies: { a: '^1', q: '^5' },
    overrides: { b: '$a', c: '$q', q: '^5' },
  };

  test('has what a package needs, from where Node would find it, and nothing else', () => {
    expect(closureOf(small, ['a'])).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
      'node_modules/p',
    ]);
    expect(closureOf(small, ['a'], (name) => name === 'c')).not.toContain('node_modules/c');
  });

  test('names exact versions, and the overrides that concern it', () => {
    const manifest = manifestOf('kiosk', part, small, ['a']);
    expect(manifest).toMatchObject({ name: 'varco-kiosk', dependencies: { a: '1.0.0' } });
    expect(manifest.overrides).toEqual({ b: '$a' });
    const { packages } = lockOf(manifest, small);
    expect(Object.keys(packages)).toHaveLength(5);
    expect(packages['']).toMatchObject({ dependencies: { a: '1.0.0' } });
  });
});

test.each([
  ['lib/index.js', 'ws', undefined],
  ['LICENSE.md', 'ws', undefined],
  ['README.md', 'ws', 'papers, examples and tests'],
  ['lib/index.d.ts', 'ws', 'TypeScript'],
  ['lib/index.js.map', 'ws', 'source maps'],
  ['deps/sqlite3/sqlite3.c', 'better-sqlite3', 'sources and traces of native builds'],
  ['build/Release/obj/gen/x', 'better-sqlite3', 'sources and traces of native builds'],
  ['build/Release/better_sqlite3.node', 'better-sqlite3', undefined],
  ['build/x509.cjs.js', '@peculiar/x509', undefined],
  ['prebuilds/HID-linux-x64/node-napi-v4.node', 'node-hid', undefined],
  ['prebuilds/HID-linux-x64-musl/node-napi-v4.node', 'node-hid', "other machines' binaries"],
  ['prebuilds/HID-linux-arm64/node-napi-v4.node', 'node-hid', "other machines' binaries"],
  ['prebuilds/linux-x64/bindings.glibc.node', '@serialport/bindings-cpp', undefined],
  [
    'prebuilds/linux-x64/bindings.musl.node',
    '@serialport/bindings-cpp',
    "other machines' binaries",
  ],
  ['dist/es/reader/index.js', 'zxing-wasm', undefined],
  ['dist/writer/zxing_writer.wasm', 'zxing-wasm', 'variants for browsers and other uses'],
])('of a bundle, %s of %s: %s', (path, name, what) => {
  const rules = rulesFor({ platform: 'linux', arch: 'x64', libc: 'glibc' });
  expect(rules.find((rule) => rule.leavesOut(path, name))?.what).toBe(what);
});
