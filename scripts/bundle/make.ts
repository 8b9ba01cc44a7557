import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { copyPackage, copyTo, type LeftOut } from './copy.ts';
import { licences } from './licences.ts';
import { type Loaded, loadedBy, packageOf, packagesOf } from './loaded.ts';
import { closureOf, type Lock, lockOf, type Manifest, manifestOf, nameOf } from './lock.ts';
import { isInstallOnly, type Platform, rulesFor } from './prune.ts';
import type { Role } from './roles.ts';
import { sbomOf } from './sbom.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  folder: string;
  loaded: Loaded;
  packages: number;
  leftOut: LeftOut;
}

/** How the packages come in: copied without what never loads, or installed by `npm ci`, whole. */
export type Packages = 'copied' | 'installed';

/** Makes one role's production install from scratch, out of what `npm run build` and `npm ci` made. */
export async function makeBundle(role: Role, folder: string, how: Packages): Promise<Bundle> {
  const [project, lock] = await Promise.all([
    readJson<Manifest>('package.json'),
    readJson<Lock>('package-lock.json'),
  ]);
  const loaded = await loadedBy(role.entry);
  const manifest = manifestOf(role.name, project, lock, packagesOf(loaded, project.dependencies));
  await rm(folder, { recursive: true, force: true });
  await copyProgram(role, loaded, folder);
  await writeJson(join(folder, 'package.json'), manifest);
  await writeJson(join(folder, 'package-lock.json'), lockOf(manifest, lock));
  if (how === 'installed') {
    await promisify(execFile)('npm', ['ci', '--omit=dev'], { cwd: folder });
    const paths = installedOf(closureOf(lock, Object.keys(manifest.dependencies)), folder);
    await writeSbom(role, manifest, lock, paths, folder);
    return { folder, loaded, packages: paths.length, leftOut: new Map() };
  }
  const wanted = closureOf(lock, Object.keys(manifest.dependencies), isInstallOnly);
  const paths = installedOf(wanted, root);
  const leftOut = await copyPackages(paths, folder);
  await writeSbom(role, manifest, lock, paths, folder);
  return { folder, loaded, packages: paths.length, leftOut };
}

/** Our own files; the role's entry takes the name by which units and people start every install. */
async function copyProgram(role: Role, loaded: Loaded, folder: string): Promise<void> {
  const program = join(folder, 'dist/scripts/varco/main.js');
  for (const file of loaded.files) {
    const built = join('dist', file.replace(/\.tsx?$/, '.js'));
    await copyTo(join(root, built), file === role.entry ? program : join(folder, built));
  }
  await chmod(program, 0o755);
  for (const path of role.built) {
    await cp(join(root, 'dist', path), join(folder, 'dist', path), { recursive: true });
  }
  for (const path of role.papers) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
}

/** Those that are installed there: the lock also lists other machines' binaries. */
function installedOf(paths: readonly string[], folder: string): string[] {
  return paths.filter((path) => existsSync(join(folder, path, 'package.json')));
}

async function copyPackages(paths: readonly string[], folder: string): Promise<LeftOut> {
  const rules = rulesFor(thisPlatform());
  const leftOut: LeftOut = new Map();
  for (const path of paths) {
    await copyPackage(join(root, path), join(folder, path), nameOf(path), rules, leftOut);
  }
  return leftOut;
}

/** What is in this install, for whoever watches advisories: `sbom.cdx.json`. */
async function writeSbom(
  role: Role,
  manifest: ReturnType<typeof manifestOf>,
  lock: Lock,
  paths: readonly string[],
  folder: string,
): Promise<void> {
  const bill = sbomOf({ product: manifest, lock, paths, builtIn: await builtIn(role), licences });
  await writeJson(join(folder, 'sbom.cdx.json'), bill);
}

/** The packages whose code a browser gets with a role's pages. */
export async function builtIn(role: Role): Promise<string[]> {
  const loaded = await Promise.all(role.pages.map((entry) => loadedBy(entry)));
  const imported = loaded.flatMap(({ imports }) => imports.map(packageOf));
  return [...new Set([...imported, ...role.styledBy])].sort();
}

function thisPlatform(): Platform {
  const { platform, arch } = process;
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } };
  return { platform, arch, libc: report.header?.glibcVersionRuntime ? 'glibc' : 'musl' };
}

async function readJson<Value>(path: string): Promise<Value> {
  return JSON.parse(await readFile(join(root, path), 'utf8')) as Value;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
