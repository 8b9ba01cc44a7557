import { execFile } from 'node:child_process';
import { chmod, cp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { copyPackage, copyTo, type LeftOut } from './copy.ts';
import { type Loaded, loadedBy, packagesOf } from './loaded.ts';
import { closureOf, type Lock, lockOf, type Manifest, manifestOf, nameOf } from './lock.ts';
import { isInstallOnly, type Platform, rulesFor } from './prune.ts';
import type { Role } from './roles.ts';

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
    return { folder, loaded, packages: 0, leftOut: new Map() };
  }
  const paths = closureOf(lock, Object.keys(manifest.dependencies), isInstallOnly);
  return { folder, loaded, ...(await copyPackages(paths, folder)) };
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

/** Those that are installed here: the lock also lists other machines' binaries. */
async function copyPackages(paths: readonly string[], folder: string) {
  const rules = rulesFor(thisPlatform());
  const leftOut: LeftOut = new Map();
  let packages = 0;
  for (const path of paths) {
    if ((await stat(join(root, path)).catch(() => undefined))?.isDirectory()) {
      await copyPackage(join(root, path), join(folder, path), nameOf(path), rules, leftOut);
      packages += 1;
    }
  }
  return { packages, leftOut };
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
