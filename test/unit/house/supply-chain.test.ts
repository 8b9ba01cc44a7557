import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { allowedLicences, licences, mayComeIn } from '../../../scripts/bundle/licences.ts';
import { loadedBy, packagesOf } from '../../../scripts/bundle/loaded.ts';
import { closureOf, type Lock, manifestOf, nameOf } from '../../../scripts/bundle/lock.ts';
import { builtIn } from '../../../scripts/bundle/make.ts';
import { roles } from '../../../scripts/bundle/roles.ts';
import { type Sbom, sbomOf } from '../../../scripts/bundle/sbom.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const project = read('package.json');
const lock: Lock = read('package-lock.json');
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const production = packages.filter(([, { dev }]) => !dev).map(([path]) => path);
const isInstalled = (path: string) => existsSync(join(root, path, 'package.json'));

const REGISTRY = 'https://registry.npmjs.org/';

interface Installed {
  name: string;
  version: string;
  license?: string;
}

/** Makes a role's bill as `npm run bundle` does, of what is installed here. */
async function billOf(name: string): Promise<{ bill: Sbom; paths: string[]; pages: string[] }> {
  const role = roles.find((one) => one.name === name);
  if (!role) {
    throw new RangeError(name);
  }
  const loaded = await loadedBy(role.entry);
  const manifest = manifestOf(name, project, lock, packagesOf(loaded, project.dependencies));
  const paths = closureOf(lock, Object.keys(manifest.dependencies)).filter(isInstalled);
  const pages = await builtIn(role);
  return {
    bill: sbomOf({ product: manifest, lock, paths, builtIn: pages, licences }),
    paths,
    pages,
  };
}

const bills = {
  kiosk: await billOf('kiosk'),
  server: await billOf('server'),
};
const roleNames = ['kiosk', 'server'] as const;

describe.each(roleNames)('the bill of materials of a %s', (name) => {
  const { bill, paths, pages } = bills[name];

  test('lists what is installed, and what is built into its pages, each once and as it is', () => {
    const installed = [...paths, ...pages.map((one) => `node_modules/${one}`)].map((path) => {
      const { name: packageName, version }: Installed = read(`${path}/package.json`);
      return `${packageName}@${version}`;
    });
    const listed = bill.components.map((one) => `${one.name}@${one.version}`);
    expect(listed.toSorted()).toEqual([...new Set(installed)].sort());
    expect(listed.length).toBeGreaterThan(50);
  });

  test('names of each its licence, its package URL and the hash that the lock pins', () => {
    const wanting = bill.components.filter(({ licenses, hashes, purl }) => {
      const [licence] = licenses;
      const text = licence && ('expression' in licence ? licence.expression : licence.license.id);
      const isHashed = hashes.some(({ content }) => /^[0-9a-f]{128}$/.test(content));
      return !(text && isHashed && /^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@[\w.%+-]+$/.test(purl));
    });
    expect(wanting.map((one) => one.name)).toEqual([]);
  });

  test('is whole: what needs what refers to what is listed, and every component is reached', () => {
    const refs = new Set(bill.components.map((one) => one['bom-ref']));
    expect(refs.size).toBe(bill.components.length);
    const own = bill.metadata.component['bom-ref'];
    for (const { ref, dependsOn } of bill.dependencies) {
      expect(ref === own || refs.has(ref)).toBe(true);
      expect(dependsOn.filter((one) => !refs.has(one))).toEqual([]);
    }
    const fastify = bill.dependencies.find(({ ref }) => ref.startsWith('pkg:npm/fastify@'));
    expect(fastify?.dependsOn.length ?? 0).toBeGreaterThan(name === 'server' ? 5 : -1);
  });

  test('is the same for the same sources', async () => {
    expect((await billOf(name)).bill).toEqual(bill);
  }, 60_000);
});

test('together the bills list the whole of a production install', () => {
  const listed = new Set(roleNames.flatMap((name) => bills[name].paths));
  // What a build of native code needs has no part in what runs.
  const missing = production.filter((path) => isInstalled(path) && !listed.has(path));
  expect(missing).toEqual([]);
});

test('a bill says what was built into pages and is not installed', () => {
  const inPages = bills.server.bill.components.filter(({ properties }) => properties.length > 0);
  const names = inPages.map((one) => one.name);
  expect(names).toEqual(expect.arrayContaining(['uplot', 'bootstrap-italia']));
});

describe('licences', () => {
  test('every package of an install may come in, for this machine and any other', () => {
    const refused = packages
      .filter(([, { dev }]) => !dev)
      .map(([path, { license }]) => [path, license ?? licences[nameOf(path)] ?? 'none'])
      .filter(([, license = '']) => !mayComeIn(license));
    expect(refused).toEqual([]);
    const pages = bills.server.pages.concat(bills.kiosk.pages).map((one) => `node_modules/${one}`);
    expect(pages.filter((path) => !mayComeIn(lock.packages[path]?.license ?? ''))).toEqual([]);
  });

  test('the lock says what the packages themselves say', () => {
    const differing = production.filter(isInstalled).filter((path) => {
      const { license }: Installed = read(`${path}/package.json`);
      return license !== lock.packages[path]?.license;
    });
    expect(differing).toEqual([]);
  });

  test.each([
    ['MIT', true],
    ['(MIT OR WTFPL)', true],
    ['(BSD-2-Clause OR MIT OR Apache-2.0)', true],
    ['Apache-2.0 AND LGPL-3.0-or-later AND MIT', true],
    ['Apache-2.0 AND (GPL-2.0-only OR MIT)', true],
    ['Apache-2.0 AND GPL-2.0-only', false],
    ['(GPL-3.0-only OR AGPL-3.0-only)', false],
    ['UNLICENSED', false],
    ['SEE LICENSE IN LICENSE', false],
    ['none', false],
    ['', false],
  ])('%s: %s', (expression, may) => {
    expect(mayComeIn(expression)).toBe(may);
  });

  test('no licence is allowed, and no exception kept, that nothing has', () => {
    const used = packages
      .map(([path, { license }]) => license ?? licences[nameOf(path)] ?? '')
      .join(' ');
    expect([...allowedLicences].filter((one) => !used.includes(one))).toEqual([]);
    const names = new Set(production.map(nameOf));
    expect(Object.keys(licences).filter((one) => !names.has(one))).toEqual([]);
  });
});

describe('programs that packages run at their installation', () => {
  const running = packages.filter(([, { hasInstallScript }]) => hasInstallScript);

  test('are those of the list in package.json, each allowed or denied by name', () => {
    const names = running.map(([path]) => nameOf(path));
    expect(Object.keys(project.allowScripts).sort()).toEqual([...new Set(names)].sort());
  });

  test('are four in production: a database’s and three drivers’', () => {
    const names = running.filter(([, { dev }]) => !dev).map(([path]) => nameOf(path));
    expect(names.sort()).toEqual([
      '@serialport/bindings-cpp',
      'better-sqlite3',
      'epoll',
      'node-hid',
    ]);
  });

  test('nothing else runs: npm refuses what is not allowed', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^strict-allow-scripts=true$/m);
  });
});

test('every package comes from the registry, by a hash', () => {
  const loose = packages.filter(
    ([, { integrity = '', resolved = REGISTRY }]) =>
      !(integrity.startsWith('sha512-') && resolved.startsWith(REGISTRY)),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});
